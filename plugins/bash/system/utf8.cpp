#include "system/utf8.hpp"

#include <algorithm>

namespace collet::bash {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Length of the character at the front; 0: invalid, after `bad` bytes; or cut off.
struct Next {
  std::size_t length = 0;
  std::size_t bad = 0;
  bool cut = false;
};

Next next_character(std::string_view bytes) {
  const auto lead = static_cast<unsigned char>(bytes[0]);
  if (lead < 0x80) return {1, 0, false};
  if (lead < 0xC2 || lead > 0xF4) return {0, 1, false};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  for (std::size_t i = 1; i < length; ++i) {
    if (i >= bytes.size()) return {0, 0, true};
    const auto byte = static_cast<unsigned char>(bytes[i]);
    unsigned least = 0x80, most = 0xBF;
    if (i == 1) {  // overlong forms, surrogates and what is above U+10FFFF
      if (lead == 0xE0) least = 0xA0;
      if (lead == 0xED) most = 0x9F;
      if (lead == 0xF0) least = 0x90;
      if (lead == 0xF4) most = 0x8F;
    }
    if (byte < least || byte > most) return {0, i, false};
  }
  return {length, 0, false};
}

}  // namespace

std::string Utf8Cleaner::push(std::string_view bytes) {
  std::string joined;
  if (!waiting_.empty()) {
    joined = std::move(waiting_) + std::string(bytes);
    waiting_.clear();
    bytes = joined;
  }
  std::string clean;
  clean.reserve(bytes.size());
  while (!bytes.empty()) {
    // Most output is ASCII: take it in runs.
    const auto run =
        static_cast<std::size_t>(std::find_if(bytes.begin(), bytes.end(),
                                              [](char c) { return static_cast<unsigned char>(c) >= 0x80; }) -
                                 bytes.begin());
    clean += bytes.substr(0, run);
    bytes.remove_prefix(run);
    if (bytes.empty()) break;
    const Next next = next_character(bytes);
    if (next.cut) {
      waiting_ = bytes;
      break;
    }
    clean += next.length > 0 ? bytes.substr(0, next.length) : kReplacement;
    bytes.remove_prefix(std::max(next.length, next.bad));
  }
  return clean;
}

std::string Utf8Cleaner::finish() {
  const bool any = !waiting_.empty();
  waiting_.clear();
  return any ? std::string(kReplacement) : std::string();
}

std::size_t count_characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return !is_continuation(c); }));
}

std::size_t prefix_bytes(std::string_view utf8, std::size_t characters) {
  std::size_t at = 0;
  for (; at < utf8.size(); ++at)
    if (!is_continuation(utf8[at]) && characters-- == 0) break;
  return at;
}

std::size_t suffix_start(std::string_view utf8, std::size_t characters) {
  std::size_t at = utf8.size();
  while (at > 0 && characters > 0)
    if (!is_continuation(utf8[--at])) --characters;
  return at;
}

}  // namespace collet::bash
