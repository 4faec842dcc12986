#include "plugins/config_schema.hpp"

#include <algorithm>
#include <vector>

#include "plugins/nearest.hpp"

namespace collet::plugins {
namespace {

bool has_type(const json::Value& value, std::string_view type) {
  if (type == "object") return value.IsObject();
  if (type == "array") return value.IsArray();
  if (type == "string") return value.IsString();
  if (type == "boolean") return value.IsBool();
  if (type == "integer") return value.IsInt64() || value.IsUint64();
  if (type == "number") return value.IsNumber();
  if (type == "null") return value.IsNull();
  return false;
}

std::string check_type(const json::Value& type, const json::Value& value, const std::string& where) {
  if (type.IsString())
    return has_type(value, json::view(type)) ? ""
                                             : where + " must be of type " + std::string(json::view(type));
  if (!type.IsArray()) return {};
  std::string names;
  for (const auto& one : type.GetArray()) {
    if (!one.IsString()) continue;
    if (has_type(value, json::view(one))) return {};
    names += (names.empty() ? "" : " or ") + std::string(json::view(one));
  }
  return where + " must be of type " + names;
}

std::string check_members(const json::Value& schema, const json::Value& value, const std::string& where) {
  const json::Value* properties = json::find(schema, "properties");
  const json::Value* additional = json::find(schema, "additionalProperties");
  std::vector<std::string> known;
  if (properties != nullptr && properties->IsObject())
    for (const auto& member : properties->GetObject()) known.emplace_back(json::view(member.name));
  for (const auto& member : value.GetObject()) {
    const std::string name(json::view(member.name));
    std::string below = where;
    below.append(".").append(name);
    const json::Value* described = properties == nullptr ? nullptr : json::find(*properties, name);
    if (described == nullptr && additional != nullptr && additional->IsObject()) described = additional;
    if (described != nullptr) {
      if (std::string error = check_value(*described, member.value, below); !error.empty()) return error;
    } else if (additional == nullptr || additional->IsFalse()) {
      return below + " is no known key" + suggestion(name, known);
    }
  }
  const json::Value* required = json::find(schema, "required");
  if (required != nullptr && required->IsArray())
    for (const auto& name : required->GetArray())
      if (name.IsString() && json::find(value, json::view(name)) == nullptr)
        return where + "." + std::string(json::view(name)) + " is missing";
  return {};
}

std::string check_range(const json::Value& schema, const json::Value& value, const std::string& where) {
  const auto least = json::number_at(schema, "minimum"), most = json::number_at(schema, "maximum");
  const auto shown = [&](std::string_view key) { return json::dump(*json::find(schema, key)); };
  if (least && value.GetDouble() < *least) return where + " must be at least " + shown("minimum");
  if (most && value.GetDouble() > *most) return where + " must be at most " + shown("maximum");
  return {};
}

}  // namespace

std::optional<json::Document> parse_schema(std::string_view text) {
  auto schema = json::parse(text.empty() ? R"({"type":"object"})" : text);
  if (!schema || !schema->IsObject() || json::string_at(*schema, "type") != "object") return std::nullopt;
  return schema;
}

std::string check_value(const json::Value& schema, const json::Value& value, const std::string& where) {
  if (const json::Value* type = json::find(schema, "type"); type != nullptr)
    if (std::string error = check_type(*type, value, where); !error.empty()) return error;
  if (const json::Value* allowed = json::find(schema, "enum"); allowed != nullptr && allowed->IsArray()) {
    const auto values = allowed->GetArray();
    if (std::none_of(values.begin(), values.end(), [&](const auto& one) { return one == value; }))
      return where + " must be one of " + json::dump(*allowed);
  }
  if (value.IsNumber()) return check_range(schema, value, where);
  if (value.IsObject()) return check_members(schema, value, where);
  const json::Value* items = json::find(schema, "items");
  if (!value.IsArray() || items == nullptr) return {};
  for (rapidjson::SizeType i = 0; i < value.Size(); ++i)
    if (std::string error = check_value(*items, value[i], where + "[" + std::to_string(i) + "]");
        !error.empty())
      return error;
  return {};
}

}  // namespace collet::plugins
