// What a handler sees of HTTP: a request, and a reply that is answered exactly once. No socket types here.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/streams.hpp"

namespace collet::http {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// One request, complete with its body, unless its route streams it.
struct Request {
  std::string method;    ///< as sent; methods are case-sensitive
  std::string target;    ///< as it stood in the request line
  std::string path;      ///< without the query, percent-decoded
  std::string raw_path;  ///< without the query, as sent
  Pairs query;           ///< decoded, in order; repeated keys stay repeated
  Pairs headers;         ///< names in lower case, in order
  Pairs params;          ///< what the route's {names} matched, decoded
  std::string body;
  std::shared_ptr<BodyStream> stream;  ///< in place of `body`, where the route streams it; else null
  std::string id;                      ///< of this request, for the log; the error_id of a 500

  /// The first header of this (lower-case) name.
  std::optional<std::string_view> header(std::string_view name) const;
  /// The last query parameter of this name.
  std::optional<std::string_view> query_value(std::string_view name) const;
  /// A parameter of the route's pattern; empty when the pattern has none of this name.
  std::string_view param(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";  ///< empty: no such field
  std::string body = {};
  Pairs headers = {};
  std::shared_ptr<Content> content = nullptr;  ///< in place of `body`; sent once

  /// A JSON answer; `text` is the JSON text.
  static Response json(std::string text, int status = 200);
  static Response text(std::string text, int status = 200);
  /// The errors' common form: {"detail": "…"}.
  static Response error(int status, std::string_view detail);
  /// {"success": true}
  static Response success();
  /// Our own failure. The server adds the `error_id` where it is empty, and logs it.
  static Response internal_error(std::string_view error_id = {});
  /// No body and no content type.
  static Response empty(int status);
};

/// Answers one request, exactly once, from any thread, now or later. Move-only. Destroyed unanswered: 500.
class Reply {
 public:
  using Send = std::function<void(Response)>;
  explicit Reply(Send send) : send_(std::move(send)) {}
  Reply(Reply&& other) noexcept : send_(std::exchange(other.send_, nullptr)) {}
  Reply& operator=(Reply&& other) noexcept;
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;
  ~Reply();

  void send(Response response);
  explicit operator bool() const { return static_cast<bool>(send_); }

 private:
  Send send_;
};

/// Handles one request. Called on the lane of its route (see router.hpp).
using Handler = std::function<void(Request, Reply)>;

/// A handler that answers at once: `f` is Response(const Request&).
template <class F>
Handler answering(F f) {
  return [f = std::move(f)](Request request, Reply reply) {
    reply.send(f(static_cast<const Request&>(request)));
  };
}

}  // namespace collet::http
