#include "plugins/event_kinds.hpp"

#include <array>

#include "collet/json.hpp"
#include "plugins/config_schema.hpp"

namespace collet::plugins {
namespace {

struct Kind {
  std::string_view name, source, schema;
};

constexpr std::array<Kind, 3> kKinds = {{
    {"HookExecutionEvent", "hook", R"({
       "required": ["hook_event_type", "hook_command", "success", "exit_code"],
       "properties": {
         "hook_event_type": {"enum": ["PreToolUse", "PostToolUse", "UserPromptSubmit", "SessionStart",
                                      "SessionEnd", "Stop"]},
         "hook_command": {"type": "string"},
         "tool_name": {"type": "string"},
         "success": {"type": "boolean"},
         "blocked": {"type": "boolean", "default": false},
         "exit_code": {"type": "integer"},
         "stdout": {"type": "string", "default": ""},
         "stderr": {"type": "string", "default": ""},
         "reason": {"type": "string"},
         "additional_context": {"type": "string"},
         "error": {"type": "string"},
         "action_id": {"type": "string"},
         "message_id": {"type": "string"},
         "hook_input": {"type": "object", "additionalProperties": true}}})"},
    {"ACPToolCallEvent", "agent", R"({
       "required": ["tool_call_id", "title"],
       "properties": {
         "tool_call_id": {"type": "string"},
         "title": {"type": "string"},
         "status": {"type": "string"},
         "tool_kind": {"type": "string"},
         "raw_input": {"type": ["object", "array", "string", "number", "boolean"], "additionalProperties": true},
         "raw_output": {"type": ["object", "array", "string", "number", "boolean"], "additionalProperties": true},
         "content": {"type": "array"},
         "is_error": {"type": "boolean", "default": false}}})"},
    {"ConversationErrorEvent", "environment", R"({
       "required": ["code", "detail"],
       "properties": {"code": {"type": "string"}, "detail": {"type": "string"}}})"},
}};

const Kind* find_kind(std::string_view name) {
  for (const auto& kind : kKinds)
    if (kind.name == name) return &kind;
  return nullptr;
}

}  // namespace

Result<OwnEvent> read_own_event(std::string_view event) {
  auto parsed = json::parse(event);
  if (!parsed || !parsed->IsObject()) return invalid("the event is no JSON object");
  const Kind* kind = find_kind(json::string_or(*parsed, "kind"));
  if (kind == nullptr)
    return invalid(
        "kind must be one of HookExecutionEvent, ACPToolCallEvent, ConversationErrorEvent: clients refuse "
        "others, or "
        "they are the server's own");
  json::remove(*parsed, "kind");
  const auto event_without_nulls = json::without_nulls(*parsed, parsed->GetAllocator());
  const auto schema = json::parse(kind->schema);
  if (std::string wrong = check_value(*schema, event_without_nulls, std::string(kind->name)); !wrong.empty())
    return invalid(wrong);
  json::Writer members;
  members.object();
  for (const auto& property : json::find(*schema, "properties")->GetObject()) {
    const auto name = json::view(property.name);
    const json::Value* value = json::find(event_without_nulls, name);
    if (value == nullptr) value = json::find(property.value, "default");
    if (value != nullptr) members.key(name).value(*value);
  }
  return OwnEvent{std::string(kind->name), std::string(kind->source), members.end().take()};
}

}  // namespace collet::plugins
