// Between a file's bytes and the text that a model edits: UTF-8 without a byte order mark, lines ended by
// "\n". Pure functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace collet::file {

/// How a file was written, so that an edit writes it the same way.
struct TextFormat {
  enum class Encoding { kUtf8, kUtf16Le, kUtf16Be, kLatin1 };
  Encoding encoding = Encoding::kUtf8;
  bool byte_order_mark = false;
  bool crlf = false;  ///< every line ends in "\r\n"; files with mixed ends keep their bytes as they are
};

struct DecodedText {
  std::string text;
  TextFormat format;
};

/// Nothing for a binary file (NUL bytes outside of UTF-16). Bytes that are no UTF-8 are read as Latin-1.
std::optional<DecodedText> decode(std::string_view bytes);

/// Nothing when the text has characters that the encoding cannot write.
std::optional<std::string> encode(std::string_view text, const TextFormat& format);

bool is_utf8(std::string_view bytes);

/// Paths may hold any bytes, JSON may not: what is no UTF-8 has "?" for all that is not ASCII.
std::string as_utf8(std::string text);

}  // namespace collet::file
