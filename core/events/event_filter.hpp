// What a query's filters mean.
#pragma once
#include <string>
#include <string_view>

namespace collet::events {

/// "openhands.sdk.event.llm_convertible.action.ActionEvent" and "ActionEvent" -> "ActionEvent".
std::string_view short_kind(std::string_view kind);

/// Lower case of UTF-8 text, letter by letter; invalid bytes stay.
std::string fold_case(std::string_view text);

/// The text parts of a MessageEvent's message, a space between them; empty when there are none.
std::string message_text(std::string_view body);

/// Whether the message of this event contains `folded` (already in lower case), in any case.
bool message_contains(std::string_view body, std::string_view folded);

}  // namespace collet::events
