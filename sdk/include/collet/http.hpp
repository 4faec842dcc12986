// Routes: what a handler sees of HTTP.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collet/abi/routes.h"
#include "collet/detail/text.hpp"
#include "collet/streams.hpp"

namespace collet {

/// Who may call a route: see collet/abi/routes.h.
enum class Access : std::uint32_t {
  kSession = COLLET_ACCESS_SESSION,
  kPublic = COLLET_ACCESS_PUBLIC,
  kWorkspace = COLLET_ACCESS_WORKSPACE,
  kBearer = COLLET_ACCESS_BEARER
};

/// One request, complete with its body (but for Setup::stream). A plain value.
struct Request {
  std::string method;  ///< upper case
  std::string path;    ///< without the query, decoded
  std::string body;
  Pairs query;    ///< decoded, in order; repeated names stay repeated
  Pairs headers;  ///< names in lower case, in order
  Pairs params;   ///< what the pattern's {names} matched, decoded

  /// The last query parameter of this name.
  std::optional<std::string_view> query_value(std::string_view name) const {
    std::optional<std::string_view> last;
    for (const auto& [key, value] : query)
      if (key == name) last = value;
    return last;
  }
  /// All query parameters of this name, in order.
  std::vector<std::string> query_values(std::string_view name) const {
    std::vector<std::string> values;
    for (const auto& [key, value] : query)
      if (key == name) values.push_back(value);
    return values;
  }
  /// The first header of this (lower-case) name.
  std::optional<std::string_view> header(std::string_view lower_name) const {
    return first(headers, lower_name);
  }
  /// A parameter of the pattern; empty when the pattern has none of this name.
  std::string_view param(std::string_view name) const {
    return first(params, name).value_or(std::string_view());
  }

 private:
  static std::optional<std::string_view> first(const Pairs& pairs, std::string_view name) {
    for (const auto& [key, value] : pairs)
      if (key == name) return value;
    return std::nullopt;
  }
};

/// Thrown by a handler that answers at once (Setup::get and its like): the request is wrong. Answered with
/// 400 and the text in the errors' common form.
class InputError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  Pairs headers = {};
  /// Sent in place of `body`, once: copies of a response share it. Made by file() and source().
  std::shared_ptr<detail::Content> content = {};

  /// A JSON answer; `text` is the JSON text.
  static Response json(std::string text, int status = 200) {
    return {status, "application/json", std::move(text), {}, {}};
  }
  /// The errors' common form: {"detail": "…"}.
  static Response error(int status, std::string_view detail) {
    return json("{\"detail\":" + detail::json_quoted(detail) + "}", status);
  }
  /// `length` bytes from `offset` of a regular file, sent without a copy in memory. `descriptor` is open for
  /// reading, and the response's from now on. When the file has become shorter meanwhile the connection is
  /// cut.
  static Response file(int descriptor, std::uint64_t offset, std::uint64_t length,
                       std::string content_type = "application/octet-stream") {
    return {
        200, std::move(content_type), {}, {}, std::make_shared<detail::Content>(descriptor, offset, length)};
  }
  /// What a source yields, as the client takes it. `length`: how many bytes that will be, where it is known;
  /// else the answer is sent chunked.
  static Response source(std::unique_ptr<BodySource> source,
                         std::string content_type = "application/octet-stream",
                         std::optional<std::uint64_t> length = std::nullopt) {
    return {200,
            std::move(content_type),
            {},
            {},
            std::make_shared<detail::Content>(std::move(source),
                                              length ? static_cast<std::int64_t>(*length) : -1)};
  }
};

/// Thrown where a request cannot be done; holds the answer. Setup::get and its like send it.
class Refusal : public std::runtime_error {
 public:
  explicit Refusal(Response response) : std::runtime_error("refused"), response_(std::move(response)) {}
  /// {"detail": "…"}
  Refusal(int status, std::string_view detail) : Refusal(Response::error(status, detail)) {}
  const Response& response() const noexcept { return response_; }

 private:
  Response response_;
};

/// Answers one request, exactly once, from any thread, now or later. Destroyed unanswered: 500.
class Reply {
 public:
  explicit Reply(collet_reply reply) : reply_(reply) {}
  Reply(Reply&& other) noexcept : reply_(std::exchange(other.reply_, collet_reply{})) {}
  Reply& operator=(Reply&& other) noexcept {
    if (this != &other) {
      drop();
      reply_ = std::exchange(other.reply_, collet_reply{});
    }
    return *this;
  }
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;
  ~Reply() { drop(); }

  void send(const Response& response) {
    if (reply_.send == nullptr) return;
    const detail::PairsView headers(response.headers);
    collet_response out{sizeof(collet_response),
                        response.status,
                        detail::to_str(response.content_type),
                        detail::to_str(response.body),
                        headers.get(),
                        COLLET_CONTENT_BODY,
                        {-1, 0, 0},
                        {}};
    const bool has_content = response.content != nullptr;
    if (has_content) out.content = response.content->hand_over(out.file, out.source);
    const bool is_gone = has_content && out.content == COLLET_CONTENT_BODY;  // it was sent before
    const auto reply = std::exchange(reply_, collet_reply{});
    reply.send(reply.context, reply.handle, is_gone ? nullptr : &out);
  }

 private:
  void drop() noexcept {
    if (reply_.send != nullptr) reply_.send(reply_.context, reply_.handle, nullptr);
    reply_ = {};
  }

  collet_reply reply_;
};

}  // namespace collet
