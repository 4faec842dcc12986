// What a plugin says, made fit to be shown. The contract wants UTF-8 and one line; plugins give what they
// have.
//
// Pure functions.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace collet::plugins {

inline constexpr std::size_t kLineBytes = 4096;

/// One line of valid UTF-8, of about `most` bytes at most; control characters and ends of lines become
/// blanks, what is no UTF-8 becomes U+FFFD.
std::string line_for_people(std::string_view words, std::size_t most = kLineBytes);

/// The words as they are where they are valid UTF-8 without a NUL; else with U+FFFD and blanks in their
/// place. Lines stay lines.
std::string text_for_model(std::string words);

}  // namespace collet::plugins
