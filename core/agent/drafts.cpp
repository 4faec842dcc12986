#include "agent/drafts.hpp"

#include "base/id.hpp"
#include "base/time.hpp"
#include "collet/json.hpp"

namespace collet::agent {
namespace {

// Writes an event from "source" on; the log puts id and timestamp before it.
class EventWriter {
 public:
  EventWriter(const Link& link, std::string_view kind, std::string_view source) {
    draft_.id = link.id;
    draft_.kind = kind;
    draft_.source = source;
    w.object().member("source", source);
    if (!link.parent_id.empty()) w.member("parent_id", link.parent_id);
  }
  Draft finish() {
    w.member("kind", draft_.kind).end();
    draft_.tail = w.take().substr(1);  // without the opening brace
    return std::move(draft_);
  }
  json::Writer w;

 private:
  Draft draft_;
};

void classification(json::Writer& w, std::string_view kind, bool retryable, std::string_view user_action) {
  w.key("classification").object();
  w.member("kind", kind).member("retryable", retryable).member("user_action", user_action).end();
}

// A whole event for a frame.
std::string frame(Draft draft) {
  json::Writer head;
  head.object().member("id", draft.id).member("timestamp", event_timestamp(now_micros())).end();
  std::string text = head.take();
  text.back() = ',';
  return text + draft.tail;
}

}  // namespace

std::string text_content(std::string_view text) {
  json::Writer w;
  w.array();
  if (!text.empty())
    w.object().member("cache_prompt", false).member("type", "text").member("text", text).end();
  w.end();
  return w.take();
}

std::string with_kind(std::string_view object, std::string_view kind) {
  std::string text(object.substr(0, object.rfind('}')));
  if (text.find_first_not_of("{ \n\t") != std::string::npos) text += ',';
  return text + "\"kind\":\"" + std::string(kind) + "\"}";
}

Draft system_prompt(const Link& link, std::string_view prompt, std::string_view tools_json) {
  EventWriter e(link, "SystemPromptEvent", "agent");
  e.w.key("system_prompt").object();
  e.w.member("cache_prompt", false).member("type", "text").member("text", prompt).end();
  e.w.raw_member("tools", tools_json);
  return e.finish();
}

Draft message(const Link& link, std::string_view source, std::string_view role, std::string_view content,
              std::string_view reasoning, std::string_view llm_response_id, std::string_view sender) {
  EventWriter e(link, "MessageEvent", source);
  e.w.key("llm_message").object().member("role", role).raw_member("content", content);
  if (!reasoning.empty()) e.w.member("reasoning_content", reasoning);
  e.w.key("thinking_blocks").array().end().end();
  if (!llm_response_id.empty()) e.w.member("llm_response_id", llm_response_id);
  e.w.key("activated_skills").array().end().key("extended_content").array().end();
  if (!sender.empty()) e.w.member("sender", sender);
  return e.finish();
}

Draft action(const Link& link, const Action& action) {
  EventWriter e(link, "ActionEvent", "agent");
  e.w.raw_member("thought", text_content(action.thought));
  if (!action.reasoning.empty()) e.w.member("reasoning_content", action.reasoning);
  e.w.key("thinking_blocks").array().end();
  if (!action.action.empty()) e.w.raw_member("action", action.action);
  e.w.member("tool_name", action.call.name).member("tool_call_id", action.call.id);
  e.w.key("tool_call").object().member("id", action.call.id).member("name", action.call.name);
  e.w.member("arguments", action.call.arguments).member("origin", "completion").end();
  e.w.member("llm_response_id", action.llm_response_id).member("security_risk", "UNKNOWN");
  if (!action.summary.empty()) e.w.member("summary", action.summary);
  return e.finish();
}

Draft observation(const Link& link, std::string_view tool, std::string_view call_id,
                  std::string_view observation, std::string_view action_id) {
  EventWriter e(link, "ObservationEvent", "environment");
  e.w.member("tool_name", tool).member("tool_call_id", call_id).raw_member("observation", observation);
  e.w.member("action_id", action_id).key("extended_content").array().end();
  return e.finish();
}

Draft agent_error(const Link& link, std::string_view tool, std::string_view call_id, std::string_view error) {
  EventWriter e(link, "AgentErrorEvent", "agent");
  e.w.member("tool_name", tool).member("tool_call_id", call_id).member("error", error);
  classification(e.w, "agent_action", true, "retry");
  return e.finish();
}

Draft user_reject(const Link& link, std::string_view tool, std::string_view call_id, std::string_view reason,
                  std::string_view action_id) {
  EventWriter e(link, "UserRejectObservation", "environment");
  e.w.member("tool_name", tool).member("tool_call_id", call_id).member("rejection_reason", reason);
  e.w.member("rejection_source", "user").member("action_id", action_id);
  return e.finish();
}

Draft conversation_error(const Link& link, const llm::Failure& failure) {
  EventWriter e(link, "ConversationErrorEvent", "environment");
  e.w.member("code", failure.code).member("detail", failure.detail);
  classification(e.w, failure.kind, failure.retryable, failure.user_action);
  return e.finish();
}

Draft pause(const Link& link) { return EventWriter(link, "PauseEvent", "user").finish(); }
Draft interrupt(const Link& link) { return EventWriter(link, "InterruptEvent", "user").finish(); }

Draft state_update(const Link& link, std::string_view key, std::string_view value) {
  EventWriter e(link, "ConversationStateUpdateEvent", "environment");
  e.w.member("key", key).raw_member("value", value);
  return e.finish();
}

Draft other(const Link& link, std::string_view kind, std::string_view source, std::string_view members) {
  EventWriter e(link, kind, source);
  if (const auto parsed = json::parse(members); parsed && parsed->IsObject())
    for (const auto& member : parsed->GetObject()) e.w.key(json::view(member.name)).value(member.value);
  return e.finish();
}

std::string state_update_frame(std::string_view key, std::string_view value) {
  return frame(state_update({new_uuid(), ""}, key, value));
}

std::string server_error_frame(std::string_view code, std::string_view detail) {
  EventWriter e({new_uuid(), ""}, "ServerErrorEvent", "environment");
  e.w.member("code", code).member("detail", detail);
  return frame(e.finish());
}

std::string streaming_delta_frame(std::string_view text, std::string_view reasoning) {
  EventWriter e({new_uuid(), ""}, "StreamingDeltaEvent", "agent");
  if (!text.empty()) e.w.member("content", text);
  if (!reasoning.empty()) e.w.member("reasoning_content", reasoning);
  return frame(e.finish());
}

}  // namespace collet::agent
