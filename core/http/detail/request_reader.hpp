// Strict framing of one request: bytes in, one Request or one refusal out. Knows no socket.
#pragma once
#include <utility>  // Boost 1.74 forgets it under C++20

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/detail/body_decoder.hpp"
#include "http/detail/input_buffer.hpp"
#include "http/message.hpp"

namespace collet::http::detail {

/// One thread at a time. After kError nothing more may be read.
class RequestReader {
 public:
  using Head = boost::beast::http::request<boost::beast::http::empty_body>;
  enum class Progress {
    kNeedMore,  ///< all input is used up
    kHead,      ///< the head is complete: judge it, then read on
    kComplete,  ///< so is the body
    kError,     ///< answer `status()` and `detail()`, and close
  };

  RequestReader(std::size_t head_bytes, std::size_t body_bytes);

  Progress read(InputBuffer& input);
  /// From now on the body may be that long at most. Before any of it is read.
  void limit_body(std::size_t bytes) { body_bytes_ = bytes; }

  /// From kHead on; its body is there with kComplete.
  Request& request() { return request_; }
  unsigned version() const { return version_; }  ///< 10 or 11
  bool keep_alive() const { return keep_alive_; }
  bool head_complete() const { return head_complete_; }
  bool wants_upgrade() const { return wants_upgrade_; }  ///< to a WebSocket
  bool expects_continue() const { return expects_continue_; }
  bool has_body() const { return has_body_; }
  /// Whether bytes of the body have come since this was last asked.
  bool body_has_grown() { return std::exchange(body_seen_, request_.body.size()) != request_.body.size(); }
  /// As announced; nothing for a chunked body.
  std::optional<std::uint64_t> body_length() const { return body_length_; }
  /// The head as Beast's WebSocket handshake needs it; once, in place of reading the body.
  Head take_head() { return head_parser_->release(); }
  /// The body in pieces; once, in place of reading it. `limit`: bytes of a chunked one, 0: any.
  BodyDecoder take_body(std::uint64_t limit) const { return {body_length_, limit}; }

  int status() const { return status_; }
  const std::string& detail() const { return detail_; }

 private:
  using HeadParser = boost::beast::http::request_parser<boost::beast::http::empty_body>;

  Progress fail(int status, std::string_view detail);
  Progress read_head(InputBuffer& input);
  Progress read_body(InputBuffer& input);
  Progress check_head(const Head& head);
  Progress check_framing(const Head& head);
  Progress check_target(std::string_view target);
  void copy_head(const Head& head);

  std::size_t head_bytes_;
  std::size_t body_bytes_;
  std::unique_ptr<HeadParser> head_parser_;
  std::optional<BodyDecoder> body_;
  Request request_;
  unsigned version_ = 11;
  std::size_t head_used_ = 0, body_seen_ = 0;
  bool head_complete_ = false, keep_alive_ = false, wants_upgrade_ = false;
  bool expects_continue_ = false, has_body_ = false;
  std::optional<std::uint64_t> body_length_;
  int status_ = 0;
  std::string detail_;
};

}  // namespace collet::http::detail
