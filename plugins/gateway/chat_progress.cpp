#include "chat_progress.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "collet/json.hpp"

namespace collet::gateway {
namespace {

constexpr std::array<std::string_view, 5> kEnded = {"finished", "error", "stuck", "paused",
                                                    "waiting_for_confirmation"};

std::string text_of(const json::Value& message) {
  std::string text;
  if (const auto* content = json::find(message, "content"); content != nullptr && content->IsArray())
    for (const auto& part : content->GetArray()) text += json::string_or(part, "text");
  return text;
}

}  // namespace

void ChatProgress::say(std::string text) {
  text_ = std::move(text);
  if (asked_) ++times_;
}

std::optional<std::string> ChatProgress::take(std::string_view text) {
  const auto event = json::parse(text);
  if (!event) return std::nullopt;
  const auto kind = json::string_or(*event, "kind"), source = json::string_or(*event, "source");
  if (kind == "MessageEvent") {
    if (source == "user") asked_ = true;
    const auto* message = json::find(static_cast<const json::Value&>(*event), "llm_message");
    if (source == "agent" && message != nullptr) say(text_of(*message));
  } else if (kind == "ActionEvent" && source == "agent" && json::string_at(*event, "tool_name") == "finish") {
    const auto* action = json::find(static_cast<const json::Value&>(*event), "action");
    if (action != nullptr) say(json::string_or(*action, "message", text_));
  } else if (kind == "ConversationErrorEvent") {
    failure_ = json::string_or(*event, "code") + ": " + json::string_or(*event, "detail");
  } else if (kind == "ConversationStateUpdateEvent" && json::string_at(*event, "key") == "execution_status") {
    const auto status = json::string_or(*event, "value");
    if (status == "running") running_ = true;
    const bool ended = std::find(kEnded.begin(), kEnded.end(), status) != kEnded.end();
    if (asked_ && (ended || (running_ && status == "idle"))) return status;
  }
  return std::nullopt;
}

}  // namespace collet::gateway
