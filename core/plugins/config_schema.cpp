#include "plugins/config_schema.hpp"

#include <vector>

#include "agent/schema_value.hpp"
#include "plugins/nearest.hpp"

namespace collet::plugins {
namespace {

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

}  // namespace

std::optional<json::Document> parse_schema(std::string_view text) {
  auto schema = json::parse(text.empty() ? R"({"type":"object"})" : text);
  if (!schema || !agent::is_well_formed(*schema) || json::string_at(*schema, "type") != "object")
    return std::nullopt;
  return schema;
}

std::string check_value(const json::Value& schema, const json::Value& value, const std::string& where) {
  if (const std::string wanted = agent::wanted_instead(schema, value); !wanted.empty())
    return where + " must be " + wanted;
  if (value.IsObject()) return check_members(schema, value, where);
  const json::Value* items = json::find(schema, "items");
  if (!value.IsArray() || items == nullptr) return {};
  for (rapidjson::SizeType i = 0; i < value.Size(); ++i)
    if (std::string error = check_value(*items, value[i], where + "[" + std::to_string(i) + "]");
        !error.empty())
      return error;
  return {};
}

void fill_defaults(const json::Value& schema, json::Value& value, json::Allocator& allocator) {
  if (value.IsArray()) {
    if (const json::Value* items = json::find(schema, "items"); items != nullptr)
      for (auto& item : value.GetArray()) fill_defaults(*items, item, allocator);
    return;
  }
  const json::Value* properties = json::find(schema, "properties");
  if (!value.IsObject() || properties == nullptr) return;
  for (const auto& property : properties->GetObject()) {
    const auto name = json::view(property.name);
    const json::Value* filling = json::find(property.value, "default");
    if (filling != nullptr && json::find(value, name) == nullptr)
      json::set(value, name, json::copy(*filling, allocator), allocator);
    if (json::Value* member = json::find(value, name); member != nullptr)
      fill_defaults(property.value, *member, allocator);
  }
}

}  // namespace collet::plugins
