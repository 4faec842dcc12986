// UTF-8 as it comes in pieces. Pure values.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace collet::bash {

/// Makes valid UTF-8 of any bytes, piece by piece: what is invalid becomes U+FFFD, a character cut at the end
/// of a piece waits for the next one.
class Utf8Cleaner {
 public:
  std::string push(std::string_view bytes);
  /// What was waiting: nothing, or U+FFFD.
  std::string finish();

 private:
  std::string waiting_;  // at most 3 bytes
};

std::size_t count_characters(std::string_view utf8);
/// The byte position behind the first `characters` characters.
std::size_t prefix_bytes(std::string_view utf8, std::size_t characters);
/// The byte position before the last `characters` characters.
std::size_t suffix_start(std::string_view utf8, std::size_t characters);

}  // namespace collet::bash
