#include "llm/readable_text.hpp"

#include <cstdint>

namespace collet::llm {
namespace {

// The length of the well-formed UTF-8 sequence at the start of `bytes`; 0 when there is none.
std::size_t sequence_length(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xc2 && first < 0xe0   ? 2
                             : first >= 0xe0 && first < 0xf0 ? 3
                             : first >= 0xf0 && first < 0xf5 ? 4
                                                             : 0;
  if (length == 0 || bytes.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool surrogate = first == 0xed && byte(1) >= 0xa0;
  const bool beyond = first == 0xf4 && byte(1) >= 0x90;
  return overlong || surrogate || beyond ? 0 : length;
}

}  // namespace

std::string readable_text(std::string_view bytes, std::size_t max_bytes) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = bytes.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  bytes = bytes.substr(first, bytes.find_last_not_of(kBlank) - first + 1);

  std::string text;
  while (!bytes.empty()) {
    const std::size_t length = sequence_length(bytes);
    std::string_view piece = length == 0 ? "\xef\xbf\xbd" : bytes.substr(0, length);
    if (length == 1 && (piece[0] < ' ' || piece[0] == 0x7f) && piece[0] != '\n') piece = " ";
    if (text.size() + piece.size() > max_bytes) return text + "…";
    text += piece;
    bytes.remove_prefix(length == 0 ? 1 : length);
  }
  return text;
}

}  // namespace collet::llm
