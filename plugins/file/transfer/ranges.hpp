// Conditional requests and ranges (RFC 9110, 13 and 14): what of a file a request gets. Pure functions.
#pragma once
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collet/http.hpp"

namespace collet::file {

struct FileFacts {
  std::uint64_t size = 0;    ///< bytes
  std::string etag;          ///< with its quotes; strong
  std::time_t modified = 0;  ///< whole seconds
};

/// At least one byte, within the file.
struct ByteRange {
  std::uint64_t offset = 0, length = 0;
  bool operator==(const ByteRange&) const = default;
};

/// What is answered. `status` 200: all of it; 206: `ranges`, in the order of the file, with gaps between
/// them; 304, 412, 416: nothing.
struct Selection {
  int status = 200;
  std::vector<ByteRange> ranges;
};

/// A Range that is malformed, has more than 64 parts or another unit is ignored, as RFC 9110 lets servers do.
Selection select(const Request& request, const FileFacts& facts);

/// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(std::time_t time);
/// Of that form only; nothing for all else.
std::optional<std::time_t> parse_http_date(std::string_view text);

}  // namespace collet::file
