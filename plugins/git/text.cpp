#include "text.hpp"

#include <algorithm>
#include <cstddef>

namespace collet::git {
namespace {

// Length of the valid character at the front; 0: there is none, and `bad` bytes belong together.
std::size_t character(std::string_view bytes, std::size_t& bad) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  bad = 1;
  if (at(0) < 0x80) return 1;
  if (at(0) < 0xC2 || at(0) > 0xF4) return 0;
  const std::size_t length = at(0) >= 0xF0 ? 4 : at(0) >= 0xE0 ? 3 : 2;
  for (std::size_t i = 1; i < length; ++i) {
    unsigned least = 0x80, most = 0xBF;
    if (i == 1) {  // overlong forms, surrogates and what is above U+10FFFF
      if (at(0) == 0xE0) least = 0xA0;
      if (at(0) == 0xED) most = 0x9F;
      if (at(0) == 0xF0) least = 0x90;
      if (at(0) == 0xF4) most = 0x8F;
    }
    bad = i;
    if (i >= bytes.size() || at(i) < least || at(i) > most) return 0;
  }
  return length;
}

}  // namespace

std::string utf8(std::string_view bytes) {
  std::string clean;
  clean.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto* end = std::find_if(bytes.begin(), bytes.end(),
                                   [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    const auto ascii = static_cast<std::size_t>(end - bytes.begin());
    clean += bytes.substr(0, ascii);
    bytes.remove_prefix(ascii);
    if (bytes.empty()) break;
    std::size_t bad = 0;
    const auto length = character(bytes, bad);
    clean += length > 0 ? bytes.substr(0, length) : std::string_view("\xEF\xBF\xBD");
    bytes.remove_prefix(length > 0 ? length : bad);
  }
  return clean;
}

bool is_binary(std::string_view bytes) { return bytes.substr(0, 8000).find('\0') != std::string_view::npos; }

std::string side(std::string_view bytes) {
  std::string lines;
  lines.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != '\r') {
      lines += bytes[i];
      continue;
    }
    lines += '\n';
    if (i + 1 < bytes.size() && bytes[i + 1] == '\n') ++i;
  }
  if (lines.ends_with('\n')) lines.pop_back();
  return utf8(lines);
}

}  // namespace collet::git
