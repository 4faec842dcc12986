#include "text_codec.hpp"

#include <cstdint>

namespace collet::file {
namespace {

using Encoding = TextFormat::Encoding;

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
constexpr std::string_view kUtf16LeMark = "\xFF\xFE";
constexpr std::string_view kUtf16BeMark = "\xFE\xFF";

// Reads one code point of valid or invalid UTF-8; nothing when the bytes at `at` are no UTF-8.
std::optional<char32_t> next_code_point(std::string_view bytes, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return bytes[at++];
  const std::size_t extra = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  if (lead < 0xC2 || lead > 0xF4 || at + extra >= bytes.size()) return std::nullopt;
  char32_t point = lead & (0x3FU >> extra);
  for (std::size_t i = 1; i <= extra; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return std::nullopt;
    point = (point << 6) | (byte(at + i) & 0x3FU);
  }
  constexpr char32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
  if (point < kLeast[extra] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return std::nullopt;
  at += extra + 1;
  return point;
}

void append_utf8(std::string& out, char32_t point) {
  const auto put = [&out](char32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0 | (point >> 6)), put(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    put(0xE0 | (point >> 12)), put(0x80 | ((point >> 6) & 0x3F)), put(0x80 | (point & 0x3F));
  } else {
    put(0xF0 | (point >> 18)), put(0x80 | ((point >> 12) & 0x3F)), put(0x80 | ((point >> 6) & 0x3F)),
        put(0x80 | (point & 0x3F));
  }
}

std::optional<std::string> from_utf16(std::string_view bytes, bool big_endian) {
  if (bytes.size() % 2 != 0) return std::nullopt;
  const auto unit = [&](std::size_t i) {
    const auto first = static_cast<unsigned char>(bytes[i]);
    const auto second = static_cast<unsigned char>(bytes[i + 1]);
    return static_cast<char32_t>(big_endian ? first << 8 | second : second << 8 | first);
  };
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    char32_t point = unit(i);
    if (point >= 0xD800 && point < 0xE000) {
      if (point >= 0xDC00 || i + 3 >= bytes.size()) return std::nullopt;
      const char32_t low = unit(i += 2);
      if (low < 0xDC00 || low >= 0xE000) return std::nullopt;
      point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    }
    append_utf8(text, point);
  }
  return text;
}

std::optional<std::string> to_utf16(std::string_view text, bool big_endian) {
  std::string bytes;
  const auto put = [&](char32_t unit) {
    const char high = static_cast<char>(unit >> 8);
    const char low = static_cast<char>(unit & 0xFF);
    bytes += big_endian ? high : low;
    bytes += big_endian ? low : high;
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto point = next_code_point(text, at);
    if (!point) return std::nullopt;
    if (*point < 0x10000) {
      put(*point);
    } else {
      put(0xD800 + ((*point - 0x10000) >> 10)), put(0xDC00 + ((*point - 0x10000) & 0x3FF));
    }
  }
  return bytes;
}

std::optional<std::string> to_latin1(std::string_view text) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size();) {
    const auto point = next_code_point(text, at);
    if (!point || *point > 0xFF) return std::nullopt;
    bytes += static_cast<char>(*point);
  }
  return bytes;
}

std::string from_latin1(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) append_utf8(text, static_cast<unsigned char>(c));
  return text;
}

// True when there is a line end and all of them are "\r\n".
bool ends_lines_with_crlf(std::string_view text) {
  bool any = false;
  for (std::size_t at = text.find_first_of("\r\n"); at != std::string_view::npos;
       at = text.find_first_of("\r\n", at)) {
    if (text.substr(at, 2) != "\r\n") return false;
    any = true;
    at += 2;
  }
  return any;
}

std::string without_cr(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text)
    if (c != '\r') out += c;
  return out;
}

std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 16);
  char last = '\0';
  for (const char c : text) {
    if (c == '\n' && last != '\r') out += '\r';
    out += last = c;
  }
  return out;
}

DecodedText finish(std::string text, TextFormat format) {
  format.crlf = ends_lines_with_crlf(text);
  if (format.crlf) text = without_cr(text);
  return {std::move(text), format};
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();)
    if (!next_code_point(bytes, at)) return false;
  return true;
}

std::string as_utf8(std::string text) {
  if (is_utf8(text)) return text;
  for (char& c : text)
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  return text;
}

std::optional<DecodedText> decode(std::string_view bytes) {
  for (const bool big_endian : {false, true}) {
    if (!bytes.starts_with(big_endian ? kUtf16BeMark : kUtf16LeMark)) continue;
    if (auto text = from_utf16(bytes.substr(2), big_endian); text && text->find('\0') == std::string::npos)
      return finish(std::move(*text), {big_endian ? Encoding::kUtf16Be : Encoding::kUtf16Le, true, false});
  }
  if (bytes.find('\0') != std::string_view::npos) return std::nullopt;
  const bool marked = bytes.starts_with(kUtf8Mark);
  const std::string_view rest = marked ? bytes.substr(kUtf8Mark.size()) : bytes;
  if (is_utf8(rest)) return finish(std::string(rest), {Encoding::kUtf8, marked, false});
  return finish(from_latin1(bytes), {Encoding::kLatin1, false, false});
}

std::optional<std::string> encode(std::string_view text, const TextFormat& format) {
  const std::string converted = format.crlf ? with_crlf(text) : std::string(text);
  std::string_view mark;
  std::optional<std::string> bytes;
  switch (format.encoding) {
    case Encoding::kUtf8:
      mark = format.byte_order_mark ? kUtf8Mark : std::string_view();
      bytes = converted;
      break;
    case Encoding::kUtf16Le:
    case Encoding::kUtf16Be: {
      const bool big_endian = format.encoding == Encoding::kUtf16Be;
      mark = big_endian ? kUtf16BeMark : kUtf16LeMark;
      bytes = to_utf16(converted, big_endian);
      break;
    }
    case Encoding::kLatin1:
      bytes = to_latin1(converted);
      break;
  }
  if (!bytes) return std::nullopt;
  return std::string(mark) + *bytes;
}

}  // namespace collet::file
