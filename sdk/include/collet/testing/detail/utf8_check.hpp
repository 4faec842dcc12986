// Whether a text is UTF-8: what plugins send as text has to be. For the testing headers.
#pragma once
#include <cstddef>
#include <string_view>

namespace collet::testing::detail {

inline bool is_utf8(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  for (std::size_t i = 0; i < text.size();) {
    const unsigned char first = at(i);
    const std::size_t size = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (size == 0 || first > 0xF4 || text.size() - i < size) return false;
    for (std::size_t k = 1; k < size; ++k)
      if ((at(i + k) & 0xC0) != 0x80) return false;
    // Longer than need be, half of a pair, or beyond the last character.
    if ((first == 0xE0 && at(i + 1) < 0xA0) || (first == 0xED && at(i + 1) > 0x9F) ||
        (first == 0xF0 && at(i + 1) < 0x90) || (first == 0xF4 && at(i + 1) > 0x8F))
      return false;
    i += size;
  }
  return true;
}

}  // namespace collet::testing::detail
