#include "base/printable.hpp"

#include <cstdint>

namespace collet {
namespace {

std::string hex(std::uint8_t byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  return {kDigits[byte >> 4U], kDigits[byte & 15U]};
}

// How many bytes follow the first one of a UTF-8 sequence.
int following(std::uint8_t first) {
  if (first >= 0xf0 && first < 0xf8) return 3;
  if (first >= 0xe0 && first < 0xf0) return 2;
  return first >= 0xc2 && first < 0xe0 ? 1 : 0;
}

std::string escaped(std::uint8_t byte) {
  if (byte == '\n') return "\\n";
  if (byte == '\r') return "\\r";
  if (byte == '\t') return "\\t";
  return "\\x" + hex(byte);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  int expected = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    const bool continues = (byte & 0xc0U) == 0x80;
    const auto next = i + 1 < text.size() ? static_cast<std::uint8_t>(text[i + 1]) : std::uint8_t{0};
    const auto separator = text.substr(i, 3);
    if (byte < 0x20 || byte == 0x7f || (continues && expected == 0)) {
      out += escaped(byte);
      expected = 0;
    } else if (byte == 0xc2 && (next & 0xe0U) == 0x80) {
      out += "\\u00" + hex(next);
      ++i;
      expected = 0;
    } else if (separator == "\u2028" || separator == "\u2029") {
      out += separator == "\u2028" ? "\\u2028" : "\\u2029";
      i += 2;
      expected = 0;
    } else {
      out += text[i];
      expected = continues ? expected - 1 : following(byte);
    }
  }
  return out;
}

}  // namespace collet
