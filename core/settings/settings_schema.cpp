#include "settings/settings_schema.hpp"

#include <algorithm>
#include <span>
#include <string_view>

#include "collet/json.hpp"
#include "settings/settings_form.hpp"

namespace collet::settings {

namespace {

const Field* find(const Shape& shape, std::string_view name) {
  const auto found = std::find_if(shape.fields.begin(), shape.fields.end(),
                                  [&](const Field& one) { return one.name == name; });
  return found == shape.fields.end() ? nullptr : &*found;
}

std::string_view value_type(Type type) {
  switch (type) {
    case Type::kString:
    case Type::kSecret:
    case Type::kUrl:
    case Type::kChoice:
    case Type::kNow:
      return "string";
    case Type::kBool:
      return "boolean";
    case Type::kInteger:
      return "integer";
    case Type::kNumber:
      return "number";
    case Type::kArray:
    case Type::kStrings:
      return "array";
    case Type::kStringMap:
    case Type::kMap:
    case Type::kObject:
    case Type::kObjectMap:
      return "object";
    case Type::kFixed:  // not for people
      break;
  }
  return {};
}

std::string_view word(Prominence prominence) {
  switch (prominence) {
    case Prominence::kCritical:
      return "critical";
    case Prominence::kMajor:
      return "major";
    case Prominence::kMinor:
      return "minor";
  }
  return {};
}

void member_or_null(std::string_view name, std::string_view text, json::Writer& writer) {
  writer.key(name);
  text.empty() ? writer.value(nullptr) : writer.value(text);
}

// Where a section's fields are.
struct Place {
  const Shape& shape;
  std::string prefix;  // of their keys
};

Place place_of(const FormSection& section) {
  const Field* object = find(section.settings, section.key);
  if (object == nullptr || object->type != Type::kObject) return {section.settings, ""};
  return {*object->members, std::string(section.key) + "."};
}

void write_field(const FormSection& section, const Place& place, const FormField& shown,
                 json::Writer& writer) {
  const Field* field = find(place.shape, shown.name);
  if (field == nullptr) return;  // the tests see to it that there is one
  writer.object().member("key", place.prefix + std::string(shown.name)).member("label", shown.label);
  member_or_null("description", shown.about, writer);
  writer.member("section", section.key).member("section_label", section.label);
  writer.member("value_type", value_type(field->type)).raw_member("default", field->initial);
  writer.member("prominence", word(shown.prominence)).key("depends_on").array();
  for_each_name(shown.depends_on,
                [&](std::string_view name) { writer.value(place.prefix + std::string(name)); });
  writer.end().member("secret", field->type == Type::kSecret).key("choices").array();
  for_each_name(field->choices, [&](std::string_view choice) {
    writer.object().member("value", choice).member("label", choice).end();
  });
  writer.end();
  member_or_null("variant", section.variant_of_fields, writer);
  writer.end();
}

std::string made(std::string_view model, std::span<const FormSection> sections) {
  json::Writer writer;
  writer.object().member("model_name", model).key("sections").array();
  for (const auto& section : sections) {
    const auto place = place_of(section);
    writer.object().member("key", section.key).member("label", section.label).key("fields").array();
    for (const auto& field : section.fields) write_field(section, place, field, writer);
    writer.end();
    member_or_null("variant", section.variant, writer);
    writer.end();
  }
  writer.end().end();
  return writer.take();
}

}  // namespace

const std::string& agent_schema() {
  static const std::string text = made("AgentSettings", agent_form());
  return text;
}

const std::string& conversation_schema() {
  static const std::string text = made("ConversationSettings", conversation_form());
  return text;
}

}  // namespace collet::settings
