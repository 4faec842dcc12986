// Texts of others made fit for one line of a terminal or a file.
#pragma once
#include <string>
#include <string_view>

namespace collet {

/// The text with what would end the line or steer a terminal as escapes ("\n", "\x1b", "\u2028"): control
/// characters, those from U+0080 to U+009F, bytes that are no UTF-8 but could be read as such, and the line
/// and paragraph separators. Pure.
std::string printable(std::string_view text);

}  // namespace collet
