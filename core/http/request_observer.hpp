#pragma once
#include <chrono>
#include <string_view>

namespace collet::http {

/// A request whose answer is known.
struct AnsweredRequest {
  std::string_view method;           ///< as sent; empty when the request could not be read
  std::string_view pattern;          ///< of the route or socket that it met; empty: none
  int status = 0;                    ///< 101: it became a WebSocket
  std::chrono::nanoseconds took{0};  ///< from the end of its head to its answer
};

/// Is told of every answer, on the thread that gives it; may be called from several at once and must return
/// soon.
class RequestObserver {
 public:
  virtual ~RequestObserver() = default;
  virtual void answered(const AnsweredRequest& request) noexcept = 0;
};

}  // namespace collet::http
