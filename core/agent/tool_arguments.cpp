#include "agent/tool_arguments.hpp"

#include <algorithm>
#include <array>

namespace collet::agent {
namespace {

constexpr std::array<std::string_view, 2> kAgentOwned = {"security_risk", "summary"};

bool has_type(const json::Value& value, std::string_view type) {
  if (type == "string") return value.IsString();
  if (type == "boolean") return value.IsBool();
  if (type == "integer") return value.IsInt64() || value.IsUint64();
  if (type == "number") return value.IsNumber();
  if (type == "array") return value.IsArray();
  if (type == "object") return value.IsObject();
  if (type == "null") return value.IsNull();
  return true;
}

std::string one_of(const json::Value& allowed) {
  std::string text;
  for (const auto& item : allowed.GetArray()) text += (text.empty() ? "" : ", ") + json::dump(item);
  return text;
}

// -> what is wrong with a value; empty when nothing is.
std::string complaint(const json::Value& value, const json::Value& schema) {
  const auto type = json::string_at(schema, "type");
  if (type && !has_type(value, *type))
    return "should be of type " + std::string(*type) + ", not " + json::dump(value).substr(0, 80);
  const json::Value* allowed = json::find(schema, "enum");
  if (allowed != nullptr && allowed->IsArray() &&
      std::none_of(allowed->Begin(), allowed->End(), [&](const auto& item) { return item == value; }))
    return "should be one of " + one_of(*allowed) + ", not " + json::dump(value).substr(0, 80);
  const json::Value* items = json::find(schema, "items");
  if (value.IsArray() && items != nullptr)
    for (const auto& item : value.GetArray())
      if (const auto inner = complaint(item, *items); !inner.empty()) return "has an element that " + inner;
  return {};
}

std::string names_of(const json::Value& object) {
  std::string text;
  for (const auto& member : object.GetObject())
    text += (text.empty() ? "'" : ", '") + std::string(json::view(member.name)) + "'";
  return "[" + text + "]";
}

bool is_required(const json::Value& schema, const json::Value& name) {
  const json::Value* required = json::find(schema, "required");
  return required != nullptr && required->IsArray() &&
         std::any_of(required->Begin(), required->End(), [&](const auto& item) { return item == name; });
}

// The known properties, in the schema's order.
std::vector<std::string> take_known(const json::Value& schema, const json::Value& given,
                                    json::Document& out) {
  std::vector<std::string> errors;
  const json::Value* properties = json::find(schema, "properties");
  if (properties == nullptr || !properties->IsObject()) return errors;
  auto& allocator = out.GetAllocator();
  for (const auto& property : properties->GetObject()) {
    const auto name = json::view(property.name);
    const json::Value* value = json::find(given, name);
    if (value == nullptr || value->IsNull()) value = json::find(property.value, "default");
    if (value == nullptr || value->IsNull()) {
      if (is_required(schema, property.name)) errors.push_back(std::string(name) + ": is required");
      continue;
    }
    if (const auto wrong = complaint(*value, property.value); !wrong.empty())
      errors.push_back(std::string(name) + ": " + wrong);
    else
      json::set(out, name, json::copy(*value, allocator), allocator);
  }
  return errors;
}

}  // namespace

CheckedArguments check_arguments(std::string_view tool, const json::Value& schema,
                                 std::string_view arguments) {
  CheckedArguments result;
  const std::string prefix = "Error validating tool '" + std::string(tool) + "': ";
  json::ParseError parse_error;
  auto given = json::parse(arguments.empty() ? "{}" : arguments, &parse_error);
  if (!given || !given->IsObject()) {
    result.malformed = true;
    result.error =
        prefix + (given ? "the arguments are no JSON object."
                        : parse_error.message + " (at character " + std::to_string(parse_error.offset) +
                              "). The arguments are no valid JSON.");
    return result;
  }
  const json::Value* properties = json::find(schema, "properties");
  for (const auto name : kAgentOwned) {
    if (properties != nullptr && json::find(*properties, name) != nullptr) continue;
    if (name == "summary") result.summary = json::string_or(*given, name);
    json::remove(*given, name);
  }

  json::Document action(rapidjson::kObjectType);
  std::vector<std::string> errors = take_known(schema, *given, action);
  const bool closed = !json::bool_at(schema, "additionalProperties").value_or(true);
  for (const auto& member : given->GetObject()) {
    const auto name = json::view(member.name);
    if (properties != nullptr && json::find(*properties, name) != nullptr) continue;
    if (closed)
      errors.push_back(std::string(name) + ": is no argument of this tool");
    else if (!member.value.IsNull())
      json::set(action, name, json::copy(member.value, action.GetAllocator()), action.GetAllocator());
  }
  if (!errors.empty()) {
    result.error = prefix;
    for (const auto& error : errors) result.error += error + "; ";
    result.error += "parameters provided: " + names_of(*given);
    return result;
  }
  result.action = json::dump(action);
  return result;
}

}  // namespace collet::agent
