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

// Goes through a value along its schema, and notes what is wrong.
class Check {
 public:
  Check(json::Allocator& allocator, std::vector<std::string>& errors)
      : allocator_(allocator), errors_(errors) {}

  // The object's known properties in the schema's order with their defaults, then what else it may have.
  json::Value object(const json::Value& given, const json::Value& schema, const std::string& where) {
    json::Value out(rapidjson::kObjectType);
    const json::Value* properties = json::find(schema, "properties");
    if (properties != nullptr && properties->IsObject())
      for (const auto& property : properties->GetObject())
        take_known(out, given, schema, property.name, property.value, where);
    const bool closed = !json::bool_at(schema, "additionalProperties").value_or(true);
    for (const auto& member : given.GetObject()) {
      const auto name = json::view(member.name);
      if (properties != nullptr && json::find(*properties, name) != nullptr) continue;
      if (closed)
        errors_.push_back(where + std::string(name) + ": is no argument of this tool");
      else if (!member.value.IsNull())
        json::set(out, name, json::copy(member.value, allocator_), allocator_);
    }
    return out;
  }

 private:
  void take_known(json::Value& out, const json::Value& given, const json::Value& schema,
                  const json::Value& key, const json::Value& property, const std::string& where) {
    const auto name = json::view(key);
    const json::Value* value = json::find(given, name);
    if (value == nullptr || value->IsNull()) value = json::find(property, "default");
    if (value != nullptr && !value->IsNull())
      json::set(out, name, checked(*value, property, where + std::string(name)), allocator_);
    else if (is_required(schema, key))
      errors_.push_back(where + std::string(name) + ": is required");
  }

  json::Value checked(const json::Value& value, const json::Value& schema, const std::string& where) {
    if (const auto wrong = complaint(value, schema); !wrong.empty()) {
      errors_.push_back(where + ": " + wrong);
      return json::Value();
    }
    if (value.IsObject() && json::find(schema, "properties") != nullptr)
      return object(value, schema, where + ".");
    const json::Value* items = json::find(schema, "items");
    if (!value.IsArray() || items == nullptr) return json::copy(value, allocator_);
    json::Value out(rapidjson::kArrayType);
    for (rapidjson::SizeType i = 0; i < value.Size(); ++i)
      out.PushBack(checked(value[i], *items, where + "[" + std::to_string(i) + "]"), allocator_);
    return out;
  }

  json::Allocator& allocator_;
  std::vector<std::string>& errors_;
};

// The first few of them: a model needs no more to see what is wrong.
std::string listed(const std::vector<std::string>& errors) {
  constexpr std::size_t kMost = 20;
  std::string text;
  for (std::size_t i = 0; i < errors.size() && i < kMost; ++i) text += errors[i] + "; ";
  if (errors.size() > kMost) text += "and " + std::to_string(errors.size() - kMost) + " more; ";
  return text;
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

  std::vector<std::string> errors;
  const json::Value action = Check(given->GetAllocator(), errors).object(*given, schema, "");
  if (!errors.empty()) {
    result.error = prefix + listed(errors) + "parameters provided: " + names_of(*given);
    return result;
  }
  result.action = json::dump(action);
  return result;
}

}  // namespace collet::agent
