#include "plugins/operation_check.hpp"

#include "collet/json.hpp"
#include "plugins/config_schema.hpp"

namespace collet::plugins {
namespace {

// What of an operation is a plugin's to say. The schemas in it are for people and programs elsewhere.
constexpr std::string_view kOperation = R"({
  "type": "object",
  "properties": {
    "operationId": {"type": "string"},
    "summary": {"type": "string"},
    "description": {"type": "string"},
    "tags": {"type": "array", "items": {"type": "string"}},
    "deprecated": {"type": "boolean"},
    "parameters": {"type": "array", "items": {
      "type": "object",
      "required": ["name", "in", "schema"],
      "properties": {
        "name": {"type": "string"},
        "in": {"enum": ["path", "query", "header", "cookie"]},
        "description": {"type": "string"},
        "required": {"type": "boolean"},
        "deprecated": {"type": "boolean"},
        "example": {},
        "schema": {"type": "object", "additionalProperties": true}
      }
    }},
    "requestBody": {
      "type": "object",
      "required": ["content"],
      "properties": {
        "description": {"type": "string"},
        "required": {"type": "boolean"},
        "content": {"type": "object", "additionalProperties": {"type": "object", "properties": {
          "schema": {"type": "object", "additionalProperties": true},
          "example": {}
        }}}
      }
    },
    "responses": {"type": "object", "additionalProperties": {
      "type": "object",
      "properties": {
        "description": {"type": "string"},
        "content": {"type": "object", "additionalProperties": {"type": "object", "properties": {
          "schema": {"type": "object", "additionalProperties": true},
          "example": {}
        }}}
      }
    }}
  }
})";

// It would have to stand somewhere else in the document.
bool refers(const json::Value& value) {
  if (value.IsArray())
    for (const auto& item : value.GetArray())
      if (refers(item)) return true;
  if (value.IsObject())
    for (const auto& member : value.GetObject())
      if (json::view(member.name) == "$ref" || refers(member.value)) return true;
  return false;
}

bool is_status(std::string_view text) {
  if (text == "default") return true;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return text.size() == 3 && text[0] >= '1' && text[0] <= '5' &&
         (text.substr(1) == "XX" || (is_digit(text[1]) && is_digit(text[2])));
}

}  // namespace

std::string check_operation(std::string_view text, std::string_view pattern) {
  if (text.empty()) return {};
  const auto operation = json::parse(text);
  if (!operation || !operation->IsObject()) return "its operation is no JSON object";
  static const auto schema = *json::parse(kOperation);
  if (std::string wrong = check_value(schema, *operation, "operation"); !wrong.empty()) return wrong;
  if (refers(*operation)) return "operation must do without \"$ref\"";
  if (const json::Value* parameters = json::find(*operation, "parameters"); parameters != nullptr)
    for (const auto& one : parameters->GetArray()) {
      const std::string name = json::string_or(one, "name");
      if (json::string_at(one, "in") == "path" && pattern.find("{" + name + "}") == std::string_view::npos &&
          pattern.find("{" + name + "...}") == std::string_view::npos)
        return "operation.parameters has '" + name + "', which is not in the path";
    }
  if (const json::Value* answers = json::find(*operation, "responses"); answers != nullptr)
    for (const auto& one : answers->GetObject())
      if (!is_status(json::view(one.name)))
        return "operation.responses has '" + std::string(json::view(one.name)) + "', which is no status";
  return {};
}

}  // namespace collet::plugins
