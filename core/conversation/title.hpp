// Names a conversation after its first message, with the help of the model. Pure functions.
#pragma once
#include <string>
#include <string_view>

namespace collet::conversation {

inline constexpr std::size_t kMostTitleCharacters = 50;

/// The messages (OpenAI form) that ask a model for a title. `content`: the message's parts, JSON array.
std::string title_messages(std::string_view content);

/// The title: the model's answer when it is a short line, else the beginning of the message. Empty when there
/// is nothing to name it after.
std::string title_from(std::string_view answer, std::string_view content);

}  // namespace collet::conversation
