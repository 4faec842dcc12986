// Bytes of files and names, as JSON can show them. Pure functions.
#pragma once
#include <string>
#include <string_view>

namespace collet::git {

/// Valid UTF-8: what is invalid becomes U+FFFD.
std::string utf8(std::string_view bytes);
/// Whether it is no text, by git's own rule: a NUL among the first 8000 bytes.
bool is_binary(std::string_view bytes);
/// A file's text for a side of a diff: UTF-8, lines end with "\n", the last line without it.
std::string side(std::string_view bytes);

}  // namespace collet::git
