#include "agent/schema_value.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>

namespace collet::agent {
namespace {

bool is_whole(const json::Value& value) {
  if (value.IsInt64() || value.IsUint64()) return true;
  return value.IsDouble() && std::trunc(value.GetDouble()) == value.GetDouble();
}

bool has_type(const json::Value& value, std::string_view type) {
  if (type == "object") return value.IsObject();
  if (type == "array") return value.IsArray();
  if (type == "string") return value.IsString();
  if (type == "boolean") return value.IsBool();
  if (type == "integer") return is_whole(value);
  if (type == "number") return value.IsNumber();
  if (type == "null") return value.IsNull();
  return false;
}

std::string wanted_type(const json::Value& type, const json::Value& value) {
  if (type.IsString())
    return has_type(value, json::view(type)) ? "" : "of type " + std::string(json::view(type));
  if (!type.IsArray()) return {};
  std::string names;
  for (const auto& one : type.GetArray()) {
    if (!one.IsString()) continue;
    if (has_type(value, json::view(one))) return {};
    names += (names.empty() ? "" : " or ") + std::string(json::view(one));
  }
  return "of type " + names;
}

// `size`: the number itself, or how long the value is.
std::string wanted_size(const json::Value& schema, double size, const char* least, const char* most,
                        const char* unit) {
  if (const auto bound = json::number_at(schema, least); bound && size < *bound)
    return "at least " + json::dump(*json::find(schema, least)) + unit;
  if (const auto bound = json::number_at(schema, most); bound && size > *bound)
    return "at most " + json::dump(*json::find(schema, most)) + unit;
  return {};
}

std::string wanted_number(const json::Value& schema, double number) {
  std::string wanted = wanted_size(schema, number, "minimum", "maximum", "");
  if (!wanted.empty()) return wanted;
  if (const auto bound = json::number_at(schema, "exclusiveMinimum"); bound && number <= *bound)
    return "above " + json::dump(*json::find(schema, "exclusiveMinimum"));
  if (const auto bound = json::number_at(schema, "exclusiveMaximum"); bound && number >= *bound)
    return "below " + json::dump(*json::find(schema, "exclusiveMaximum"));
  return {};
}

double characters(std::string_view text) {
  return static_cast<double>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// Objects and, as JSON schema allows, true and false.
bool is_schema(const json::Value& value) { return value.IsBool() || is_well_formed(value); }

bool are_schemas(const json::Value& list) {
  return list.IsArray() && std::all_of(list.Begin(), list.End(), is_schema);
}

bool are_texts(const json::Value& list) {
  return list.IsArray() &&
         std::all_of(list.Begin(), list.End(), [](const auto& one) { return one.IsString(); });
}

bool are_members(const json::Value& properties) {
  return properties.IsObject() && std::all_of(properties.MemberBegin(), properties.MemberEnd(),
                                              [](const auto& one) { return is_schema(one.value); });
}

}  // namespace

std::string wanted_instead(const json::Value& schema, const json::Value& value) {
  if (const json::Value* type = json::find(schema, "type"); type != nullptr)
    if (std::string wanted = wanted_type(*type, value); !wanted.empty()) return wanted;
  if (const json::Value* allowed = json::find(schema, "enum"); allowed != nullptr && allowed->IsArray())
    if (std::none_of(allowed->Begin(), allowed->End(), [&](const auto& one) { return one == value; }))
      return "one of " + json::dump(*allowed);
  if (value.IsNumber()) return wanted_number(schema, value.GetDouble());
  if (value.IsString())
    return wanted_size(schema, characters(json::view(value)), "minLength", "maxLength", " characters long");
  if (value.IsArray()) return wanted_size(schema, value.Size(), "minItems", "maxItems", " items long");
  return {};
}

bool is_well_formed(const json::Value& schema) {
  if (!schema.IsObject()) return false;
  const auto fits = [&](const char* key, auto check) {
    const json::Value* value = json::find(schema, key);
    return value == nullptr || check(*value);
  };
  constexpr std::array kBounds = {"minimum",   "maximum",   "exclusiveMinimum", "exclusiveMaximum",
                                  "minLength", "maxLength", "minItems",         "maxItems"};
  return fits("type", [](const auto& type) { return type.IsString() || are_texts(type); }) &&
         fits("enum", [](const auto& list) { return list.IsArray(); }) && fits("required", are_texts) &&
         fits("properties", are_members) && fits("additionalProperties", is_schema) &&
         fits("items", is_schema) && fits("anyOf", are_schemas) &&
         std::all_of(kBounds.begin(), kBounds.end(), [&](const char* key) {
           return fits(key, [](const auto& bound) { return bound.IsNumber(); });
         });
}

}  // namespace collet::agent
