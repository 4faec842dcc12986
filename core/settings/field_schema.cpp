#include "settings/field_schema.hpp"

#include <cmath>
#include <cstdint>

namespace collet::settings {
namespace {

void write_type(const Field& field, json::Writer& writer);

void write_value(std::string_view name, std::string_view type, json::Writer& writer) {
  writer.key(name).object();
  if (!type.empty()) writer.member("type", type);
  writer.end();
}

void write_choices(std::string_view choices, json::Writer& writer) {
  writer.member("type", "string").key("enum").array();
  for_each_name(choices, [&](std::string_view choice) { writer.value(choice); });
  writer.end();
}

void write_number(const Field& field, std::string_view type, json::Writer& writer) {
  writer.member("type", type);
  if (std::isfinite(field.least)) writer.member("minimum", static_cast<std::int64_t>(field.least));
  if (std::isfinite(field.most)) writer.member("maximum", static_cast<std::int64_t>(field.most));
}

void write_members(const Shape& shape, json::Writer& writer) {
  writer.member("type", "object").key("properties").object();
  for (const auto& field : shape.fields) {
    writer.key(field.name).object();
    if (field.nullable) {
      writer.key("anyOf").array().object();
      write_type(field, writer);
      writer.end().object().member("type", "null").end().end();
    } else {
      write_type(field, writer);
    }
    if (field.type != Type::kNow) writer.raw_member("default", field.initial);
    writer.end();
  }
  writer.end();
}

void write_type(const Field& field, json::Writer& writer) {
  switch (field.type) {
    case Type::kString:
    case Type::kSecret:
    case Type::kUrl:
    case Type::kNow:
      writer.member("type", "string");
      break;
    case Type::kBool:
      writer.member("type", "boolean");
      break;
    case Type::kInteger:
      write_number(field, "integer", writer);
      break;
    case Type::kNumber:
      write_number(field, "number", writer);
      break;
    case Type::kChoice:
      write_choices(field.choices, writer);
      break;
    case Type::kArray:
      writer.member("type", "array");
      break;
    case Type::kStrings:
      writer.member("type", "array");
      write_value("items", "string", writer);
      break;
    case Type::kStringMap:
      writer.member("type", "object");
      write_value("additionalProperties", "string", writer);
      break;
    case Type::kMap:
      writer.member("type", "object");
      break;
    case Type::kObject:
      write_members(*field.members, writer);
      break;
    case Type::kObjectMap:
      writer.member("type", "object").key("additionalProperties");
      describe(*field.members, writer);
      break;
    case Type::kFixed:
      writer.raw_member("const", field.initial);
      break;
  }
}

}  // namespace

void describe(const Shape& shape, json::Writer& writer) {
  writer.object();
  write_members(shape, writer);
  writer.end();
}

}  // namespace collet::settings
