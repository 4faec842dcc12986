#include "chat_messages.hpp"

#include <stdexcept>

namespace collet::demo {
namespace {

// A message's content: a text, or a list of parts.
std::string content_text(const json::Value& message) {
  const auto* content = json::find(message, "content");
  if (content == nullptr) return {};
  if (content->IsString()) return std::string(json::view(*content));
  std::string text;
  if (content->IsArray())
    for (const auto& part : content->GetArray()) text += json::string_or(part, "text");
  return text;
}

void add_calls(const json::Value& message, std::vector<std::string>& ids) {
  const auto* calls = json::find(message, "tool_calls");
  if (calls == nullptr || !calls->IsArray()) return;
  for (const auto& call : calls->GetArray()) ids.push_back(json::string_or(call, "id"));
}

}  // namespace

const json::Value* Chat::tool(std::string_view name) const {
  const auto* tools = json::find(request, "tools");
  if (tools == nullptr || !tools->IsArray()) return nullptr;
  for (const auto& each : tools->GetArray())
    if (const auto* function = json::find(each, "function");
        function != nullptr && json::string_or(*function, "name") == name)
      return function;
  return nullptr;
}

const std::string* Chat::output_of(std::string_view call_id) const {
  for (const auto& output : outputs)
    if (output.call_id == call_id) return &output.text;
  return nullptr;
}

Chat read_chat(const std::string& request) {
  auto parsed = json::parse(request);
  if (!parsed) throw std::invalid_argument("the request is no JSON");
  const auto* messages = json::find(*parsed, "messages");
  if (messages == nullptr || !messages->IsArray()) throw std::invalid_argument("the request has no messages");
  Chat chat;
  chat.model = json::string_or(*parsed, "model");
  chat.messages = messages->Size();
  std::vector<std::string> calls;  // since the last user message
  bool answered = true;
  for (const auto& message : messages->GetArray()) {
    const auto role = json::string_or(message, "role");
    if (role == "system") chat.system += content_text(message);
    if (role == "tool")
      chat.outputs.push_back({json::string_or(message, "tool_call_id"), content_text(message)});
    if (role == "assistant") {
      add_calls(message, calls);
      answered = true;
    }
    if (role == "user") {
      if (answered) ++chat.user_turns;
      answered = false;
      chat.past_calls.insert(chat.past_calls.end(), calls.begin(), calls.end());
      calls.clear();
      chat.outputs.clear();
    }
  }
  chat.request = std::move(*parsed);
  return chat;
}

}  // namespace collet::demo
