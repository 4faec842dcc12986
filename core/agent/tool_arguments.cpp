#include "agent/tool_arguments.hpp"

#include <array>
#include <cstddef>
#include <utility>

#include "agent/schema_value.hpp"

namespace collet::agent {
namespace {

constexpr std::array<std::string_view, 2> kAgentOwned = {"security_risk", "summary"};

constexpr std::size_t kShownBytes = 80;  // of a wrong value

// No part of a character at the end.
std::string shown(const json::Value& value) {
  std::string text = json::dump(value);
  if (text.size() <= kShownBytes) return text;
  std::size_t most = kShownBytes;
  while ((static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return text.substr(0, most) + "…";
}

std::string names_of(const json::Value& object) {
  std::string text;
  for (const auto& member : object.GetObject())
    text += (text.empty() ? "'" : ", '") + std::string(json::view(member.name)) + "'";
  return "[" + text + "]";
}

bool is_known(const json::Value& schema, std::string_view name) {
  const json::Value* properties = json::find(schema, "properties");
  return properties != nullptr && json::find(*properties, name) != nullptr;
}

// Goes through a value along its schema, and notes what is wrong.
class Check {
 public:
  Check(json::Allocator& allocator, std::vector<std::string>& errors)
      : allocator_(allocator), errors_(errors) {}

  // The object's known properties in the schema's order with their defaults, then what else it may have.
  json::Value object(const json::Value& given, const json::Value& schema, const std::string& where) {
    json::Value out(rapidjson::kObjectType);
    if (const json::Value* properties = json::find(schema, "properties"); properties != nullptr)
      for (const auto& property : properties->GetObject())
        take_known(out, given, json::view(property.name), property.value, where);
    const json::Value* others = json::find(schema, "additionalProperties");
    for (const auto& member : given.GetObject()) {
      const std::string name(json::view(member.name));
      if (is_known(schema, name)) continue;
      if (others != nullptr && others->IsFalse())
        errors_.push_back(where + name + ": is no argument of this tool");
      else if (!member.value.IsNull())
        json::set(out, name,
                  others == nullptr ? json::copy(member.value, allocator_)
                                    : checked(member.value, *others, where + name),
                  allocator_);
    }
    if (const json::Value* required = json::find(schema, "required"); required != nullptr)
      for (const auto& name : required->GetArray()) need(out, given, json::view(name), where);
    return out;
  }

 private:
  void take_known(json::Value& out, const json::Value& given, std::string_view name,
                  const json::Value& property, const std::string& where) {
    const json::Value* value = json::find(given, name);
    if (value == nullptr || value->IsNull()) value = json::find(property, "default");
    if (value != nullptr && !value->IsNull())
      json::set(out, name, checked(*value, property, where + std::string(name)), allocator_);
  }

  void need(const json::Value& out, const json::Value& given, std::string_view name,
            const std::string& where) {
    if (json::find(out, name) != nullptr) return;
    const json::Value* value = json::find(given, name);
    if (value == nullptr || value->IsNull()) errors_.push_back(where + std::string(name) + ": is required");
  }

  json::Value checked(const json::Value& value, const json::Value& schema, const std::string& where) {
    if (const auto wanted = wanted_instead(schema, value); !wanted.empty()) {
      errors_.push_back(where + ": should be " + wanted + ", not " + shown(value));
      return json::Value();
    }
    if (const json::Value* forms = json::find(schema, "anyOf"); forms != nullptr) {
      json::Value out = one_of(value, *forms, where);
      if (json::find(schema, "properties") == nullptr && json::find(schema, "items") == nullptr) return out;
    }
    if (value.IsObject()) return object(value, schema, where + ".");
    // 2.0, for those who read an integer.
    if (value.IsDouble() && json::string_at(schema, "type") == "integer")
      if (const auto number = json::whole(value)) return json::Value(*number);
    const json::Value* items = json::find(schema, "items");
    if (!value.IsArray() || items == nullptr) return json::copy(value, allocator_);
    json::Value out(rapidjson::kArrayType);
    for (rapidjson::SizeType i = 0; i < value.Size(); ++i)
      out.PushBack(checked(value[i], *items, where + "[" + std::to_string(i) + "]"), allocator_);
    return out;
  }

  // As the first of the forms that it has. Where it has none: what is wrong with the only one that is not
  // null, or with all.
  json::Value one_of(const json::Value& value, const json::Value& forms, const std::string& where) {
    std::vector<std::string> wrong;
    int real_forms = 0;
    for (const auto& form : forms.GetArray()) {
      std::vector<std::string> errors;
      json::Value out = Check(allocator_, errors).checked(value, form, where);
      if (errors.empty()) return out;
      if (json::string_at(form, "type") == "null") continue;
      ++real_forms;
      wrong = std::move(errors);
    }
    if (real_forms == 1)
      errors_.insert(errors_.end(), wrong.begin(), wrong.end());
    else
      errors_.push_back(where + ": has none of the forms that it may have: " + shown(forms));
    return json::Value();
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
  for (const auto name : kAgentOwned) {
    if (is_known(schema, name)) continue;
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
