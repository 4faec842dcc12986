// The client's end of a body that comes or goes in pieces, for unit tests: made by PluginUnderTest::upload
// and PluginUnderTest::download.
#pragma once
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "collet/http.hpp"
#include "collet/testing/detail/fake_bodies.hpp"

namespace collet::testing {

/// An answer, read piece by piece. Good until the plugin is stopped. Thread: the test's; a source is asked on
/// it.
class Download {
 public:
  Download(Response head, std::shared_ptr<detail::FakeContent> content, std::chrono::milliseconds deadline)
      : head_(std::move(head)), content_(std::move(content)), deadline_(deadline) {}

  /// Without the content, but with the body of an answer that has no other.
  const Response& head() const { return head_; }
  /// Whether it is a file or a source.
  bool has_content() const { return content_ != nullptr; }
  /// The content-length that a client would see; nothing: chunked.
  std::optional<std::uint64_t> length() const {
    return content_ ? content_->length() : std::optional<std::uint64_t>(head_.body.size());
  }
  /// The next piece of the content; nothing: it has ended. Throws std::runtime_error when it breaks off or
  /// takes too long.
  std::optional<std::string> next() { return content_ ? content_->next(deadline_) : std::nullopt; }
  /// The client goes.
  void leave() {
    if (content_) content_->release();
  }
  /// The whole answer, with the rest of the content as its body.
  Response rest() {
    Response whole = head_;
    while (auto piece = next()) whole.body += *piece;
    return whole;
  }

 private:
  Response head_;
  std::shared_ptr<detail::FakeContent> content_;
  std::chrono::milliseconds deadline_;
};

/// A request whose body the test sends in pieces. Good until the plugin is stopped. Thread: the test's; the
/// plugin takes the pieces on it.
class Upload {
 public:
  Upload(std::shared_ptr<detail::FakeBody> body, std::function<Response()> answer,
         std::chrono::milliseconds deadline)
      : body_(std::move(body)), answer_(std::move(answer)), deadline_(deadline) {}

  /// Returns when the plugin has taken them. False: it wants no more, it has answered.
  bool send(std::string_view bytes) {
    bool taken = true;
    while (taken && !bytes.empty()) {
      taken = body_->give(COLLET_PIECE_DATA, bytes.substr(0, COLLET_PIECE_BYTES), deadline_);
      bytes.remove_prefix(std::min<std::size_t>(bytes.size(), COLLET_PIECE_BYTES));
    }
    return taken;
  }
  /// The end of the body, unless the plugin wants no more; its answer.
  Response finish() {
    body_->give(COLLET_PIECE_END, {}, deadline_);
    return answer();
  }
  /// The plugin's answer; it may come before the end.
  Response answer() { return answer_(); }
  /// The client goes.
  void break_off(std::string_view why = "the client has left") {
    body_->give(COLLET_PIECE_BROKEN, why, deadline_);
  }

 private:
  std::shared_ptr<detail::FakeBody> body_;
  std::function<Response()> answer_;
  std::chrono::milliseconds deadline_;
};

}  // namespace collet::testing
