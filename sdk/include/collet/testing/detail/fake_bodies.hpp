// Bodies in pieces, as the fake host gives and takes them. For the testing headers.
#pragma once
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "collet/abi/routes.h"
#include "collet/detail/text.hpp"

namespace collet::testing::detail {

/// The body of one request: the test gives, the plugin asks. Any thread.
class FakeBody {
 public:
  using Milliseconds = std::chrono::milliseconds;

  FakeBody() = default;
  FakeBody(const FakeBody&) = delete;
  FakeBody& operator=(const FakeBody&) = delete;
  ~FakeBody() {
    if (breaker_.joinable()) breaker_.join();
  }

  collet_status next(void* receiver, collet_on_piece on_piece) {
    const std::lock_guard lock(mutex_);
    if (ended_) return COLLET_NOT_FOUND;
    if (asked_) return COLLET_CONFLICT;
    asked_ = Asked{receiver, on_piece};
    changed_.notify_all();
    return COLLET_OK;
  }
  /// Waits until the plugin asks, and gives, on this thread. False: it wants no more. Throws when it does not
  /// ask in time.
  bool give(std::int32_t kind, std::string_view data, Milliseconds limit) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, limit, [this] { return asked_ || ended_; }))
      throw std::runtime_error("the plugin does not ask for the next piece of a body");
    if (ended_) return false;
    const Asked asked = *std::exchange(asked_, std::nullopt);
    ended_ = kind != COLLET_PIECE_DATA;
    lock.unlock();
    asked.on_piece(asked.receiver, kind, collet::detail::to_str(data));
    return true;
  }
  /// There will be no more: what was asked for is answered with `why`, on a thread of its own.
  void release(std::string_view why) {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
    if (!asked_) return;
    breaker_ = std::thread([asked = *std::exchange(asked_, std::nullopt), why = std::string(why)] {
      asked.on_piece(asked.receiver, COLLET_PIECE_BROKEN, collet::detail::to_str(why));
    });
  }

 private:
  struct Asked {
    void* receiver;
    collet_on_piece on_piece;
  };
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Asked> asked_;
  bool ended_ = false;
  std::thread breaker_;
};

/// What an answer has in place of a body: the test reads. Lives until the plugin is gone. Any thread may
/// give.
class FakeContent {
 public:
  using Milliseconds = std::chrono::milliseconds;

  explicit FakeContent(const collet_response& response)
      : kind_(response.content), file_(response.file), source_(response.source) {}
  FakeContent(const FakeContent&) = delete;
  FakeContent& operator=(const FakeContent&) = delete;
  ~FakeContent() { release(); }

  /// As announced; nothing: not known.
  std::optional<std::uint64_t> length() const {
    if (kind_ == COLLET_CONTENT_FILE) return file_.length;
    return source_.length < 0 ? std::nullopt : std::optional(static_cast<std::uint64_t>(source_.length));
  }
  /// The next piece, empty ones left out; nothing: the end. Throws when it breaks off or is not there in
  /// time. By the test only.
  std::optional<std::string> next(Milliseconds limit) {
    if (released_) return std::nullopt;
    auto piece = kind_ == COLLET_CONTENT_FILE ? next_of_file() : next_of_source(limit);
    if (!piece) release();
    return piece;
  }
  /// The host needs it no more. By the test only.
  void release() {
    if (std::exchange(released_, true)) return;
    if (kind_ == COLLET_CONTENT_FILE) ::close(file_.descriptor);
    if (kind_ == COLLET_CONTENT_SOURCE) source_.release(source_.context);
  }

 private:
  std::optional<std::string> next_of_file() {
    if (file_.length == 0) return std::nullopt;
    std::string piece(static_cast<std::size_t>(std::min<std::uint64_t>(file_.length, COLLET_PIECE_BYTES)),
                      '\0');
    const auto n = ::pread(file_.descriptor, piece.data(), piece.size(), static_cast<off_t>(file_.offset));
    if (n <= 0) throw std::runtime_error("the answer breaks off: the file is too short");
    piece.resize(static_cast<std::size_t>(n));
    file_.offset += piece.size();
    file_.length -= piece.size();
    return piece;
  }
  std::optional<std::string> next_of_source(Milliseconds limit) {
    for (;;) {
      std::unique_lock lock(mutex_);
      if (ended_) return std::nullopt;
      const bool asked = std::exchange(asked_, true);  // an earlier call has given up waiting
      if (!asked) ++handle_;
      lock.unlock();
      if (!asked) source_.read(source_.context, {this, handle_, &give});
      lock.lock();
      if (!changed_.wait_for(lock, limit, [this] { return !asked_; }))
        throw std::runtime_error("the plugin does not give the next piece of an answer");
      if (broken_) throw std::runtime_error("the answer breaks off: " + given_);
      if (!given_.empty()) return std::exchange(given_, {});
    }
  }
  static void give(void* context, collet_handle handle, std::int32_t kind, collet_str data) {
    auto& self = *static_cast<FakeContent*>(context);
    const std::lock_guard lock(self.mutex_);
    if (!self.asked_ || handle != self.handle_) return;
    self.asked_ = false;
    self.ended_ = kind != COLLET_PIECE_DATA;
    self.broken_ = kind == COLLET_PIECE_BROKEN;
    self.given_ = collet::detail::to_string(data);
    self.changed_.notify_all();
  }

  const std::uint32_t kind_;
  collet_file file_;
  const collet_source source_;
  bool released_ = false;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string given_;
  collet_handle handle_ = 0;
  bool asked_ = false, ended_ = false, broken_ = false;
};

/// The bodies of the requests that a plugin is answering, and the contents of its answers. Any thread.
class FakeStreams {
 public:
  std::shared_ptr<FakeBody> open(collet_handle reply) {
    const std::lock_guard lock(mutex_);
    return bodies_[reply] = std::make_shared<FakeBody>();
  }
  std::shared_ptr<FakeBody> body(collet_handle reply) const {
    const std::lock_guard lock(mutex_);
    const auto found = bodies_.find(reply);
    return found == bodies_.end() ? nullptr : found->second;
  }
  void keep(collet_handle reply, std::shared_ptr<FakeContent> content) {
    const std::lock_guard lock(mutex_);
    contents_.emplace(reply, std::move(content));
  }
  std::shared_ptr<FakeContent> content(collet_handle reply) const {
    const std::lock_guard lock(mutex_);
    const auto found = contents_.find(reply);
    return found == contents_.end() ? nullptr : found->second;
  }
  /// As the server before it stops a plugin. By the test.
  void end_all() {
    std::unique_lock lock(mutex_);
    const auto bodies = bodies_;
    const auto contents = contents_;
    lock.unlock();
    for (const auto& [reply, body] : bodies) body->release("the plugin is being stopped");
    for (const auto& [reply, content] : contents) content->release();
  }

 private:
  mutable std::mutex mutex_;
  std::map<collet_handle, std::shared_ptr<FakeBody>> bodies_;
  std::multimap<collet_handle, std::shared_ptr<FakeContent>> contents_;
};

}  // namespace collet::testing::detail
