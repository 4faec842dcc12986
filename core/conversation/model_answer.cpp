#include "conversation/model_answer.hpp"

#include <set>

#include "agent/tool_arguments.hpp"
#include "base/id.hpp"
#include "llm/chat_response.hpp"

namespace collet::conversation {
namespace {

std::string mcp_action(const std::string& arguments) {
  json::Writer w;
  w.object().raw_member("data", arguments).member("kind", "MCPToolAction").end();
  return w.take();
}

// A call whose arguments are no JSON is kept in a form that every endpoint takes back. Its own text is not
// kept: what is escaped in it can't be told from a secret.
std::string repaired_arguments(const std::string& error) {
  json::Writer w;
  w.object().member("_malformed_tool_call", true).member("error", error).end();
  return w.take();
}

bool holds_secret(std::string_view text, const secrets::Masker& masker) { return masker.mask(text) != text; }

void take_unknown(TakenCall& taken, const llm::ToolCall& call, const agent::Toolbox& tools,
                  const secrets::Masker& masker) {
  auto& kept = taken.action.call;
  kept.name = masker.mask(call.name);
  taken.error = "Tool '" + kept.name + "' not found. Available: " + tools.names();
  kept.arguments = call.arguments.empty() || json::parse(call.arguments)
                       ? masker.mask_json_text(call.arguments)
                       : repaired_arguments(taken.error);
}

}  // namespace

void hide_secrets(llm::Response& response, const secrets::Masker& masker) {
  response.text = masker.mask(response.text);
  response.reasoning = masker.mask(response.reasoning);
  if (holds_secret(response.id, masker)) response.id = new_uuid();
  std::set<std::string> ids = {""};
  for (auto& call : response.tool_calls)
    if (holds_secret(call.id, masker) || !ids.insert(call.id).second) call.id = llm::new_tool_call_id();
}

TakenCall take_call(const llm::ToolCall& call, const agent::Toolbox& tools, const secrets::Masker& masker) {
  TakenCall taken;
  auto& kept = taken.action.call = call;
  const auto* entry = tools.find(call.name);
  if (entry == nullptr) {
    take_unknown(taken, call, tools, masker);
    return taken;
  }
  kept.arguments = masker.mask_json_text(call.arguments);
  auto checked = agent::check_arguments(call.name, *entry->schema, call.arguments);
  if (!checked.error.empty()) {
    // It quotes the beginnings of arguments: of those with secrets hidden. Of a secret itself that is wrong,
    // nothing can be quoted.
    if (kept.arguments != call.arguments) {
      checked.error = agent::check_arguments(call.name, *entry->schema, kept.arguments).error;
      if (checked.error.empty())
        checked.error = "An argument of '" + call.name + "' that holds a secret is wrong.";
    }
    taken.error = masker.mask(checked.error);
    if (checked.malformed) kept.arguments = repaired_arguments(taken.error);
    return taken;
  }
  const std::string action = masker.mask_json_text(checked.action);
  const auto& kind = entry->tool->description().action_kind;
  taken.action.action = kind.empty() ? mcp_action(action) : agent::with_kind(action, kind);
  taken.action.summary =
      checked.summary.empty() ? call.name + ": " + kept.arguments : masker.mask(checked.summary);
  if (taken.action.action.find(secrets::kHidden) != std::string::npos)
    taken.real_action = std::move(checked.action);
  return taken;
}

}  // namespace collet::conversation
