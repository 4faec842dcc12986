// The framing of a body that is taken in pieces: by its length, or chunked. Knows no socket.
#pragma once
#include <utility>  // Boost 1.74 forgets it under C++20

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/detail/input_buffer.hpp"

namespace collet::http::detail {

/// One thread at a time. After kError nothing more may be decoded.
class BodyDecoder {
 public:
  using Head = boost::beast::http::request_parser<boost::beast::http::empty_body>;
  enum class Progress {
    kNeedMore,  ///< all input is used up
    kFull,      ///< the piece is full
    kComplete,  ///< the body has ended; what is left of the input is behind it
    kError,     ///< answer `status()` and `detail()`, and close
  };

  /// `length`: as announced; nothing: chunked. `limit`: bytes of a chunked body, 0: any.
  BodyDecoder(Head& head, std::optional<std::uint64_t> length, std::uint64_t limit);

  /// Appends to the piece until it has `most` bytes.
  Progress decode(InputBuffer& input, std::string& piece, std::size_t most);

  /// How many bytes are to come; nothing: nobody knows.
  std::optional<std::uint64_t> left() const { return left_; }
  /// Bytes of a body of known length that came past `input`; no more than are left.
  void skip(std::size_t n) { *left_ -= n; }

  int status() const { return status_; }
  const std::string& detail() const { return detail_; }

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;

  Progress decode_plain(InputBuffer& input, std::string& piece, std::size_t most);
  Progress decode_chunks(InputBuffer& input, std::string& piece, std::size_t most);
  Progress fail(int status, std::string_view detail);

  std::optional<std::uint64_t> left_;
  std::unique_ptr<Parser> chunks_;
  int status_ = 0;
  std::string detail_;
};

}  // namespace collet::http::detail
