// A request of the chat interface, read and checked.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "collet/http.hpp"
#include "collet/json.hpp"

namespace collet::gateway {

/// Names of models are those of profiles with this before them.
inline constexpr std::string_view kModelPrefix = "openhands_";

struct ChatRequest {
  std::string model;
  std::optional<std::string> conversation;  ///< to go on with; an id with dashes
  bool stream = false, include_usage = false;
  json::Document body;  ///< as it came; its messages are checked
};

/// Throws a Refusal: 415, 422.
ChatRequest read_chat(const Request& request);

/// The name of the profile; nothing: the model is none of ours.
std::optional<std::string> profile_of(std::string_view model);

/// The parts of the last user message, as conversations take them: JSON array text. Throws a Refusal (400):
/// there is none, or it has a part that conversations don't take.
std::string last_user_message(const ChatRequest& request);

/// What the messages of the roles system and developer say, together.
std::string system_text(const ChatRequest& request);

}  // namespace collet::gateway
