// For tests of the request reader: bytes as they come from a socket, in pieces.
#pragma once
#include "http/detail/request_reader.hpp"  // first: it puts <utility> before Boost

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

namespace collet::http::detail {

/// What becomes of bytes.
struct Reading {
  int status = 100;  ///< 200: a whole request; 100: more is needed; else the refusal
  Request request;
  std::size_t left = 0;  ///< bytes behind the request
};

/// `reader` is a new one. `step`: bytes of a piece, at least 1.
inline Reading read_in_pieces(RequestReader& reader, std::string_view bytes, std::size_t step) {
  using Progress = RequestReader::Progress;
  InputBuffer input;
  Reading reading;
  while (!bytes.empty()) {
    input.append(bytes.substr(0, step));
    bytes.remove_prefix(std::min(step, bytes.size()));
    for (;;) {
      const auto progress = reader.read(input);
      if (progress == Progress::kHead) continue;
      if (progress == Progress::kNeedMore) break;
      reading.status = progress == Progress::kComplete ? 200 : reader.status();
      reading.request = std::move(reader.request());
      reading.left = input.size() + bytes.size();
      return reading;
    }
  }
  return reading;
}

}  // namespace collet::http::detail
