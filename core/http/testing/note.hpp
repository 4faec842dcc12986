// For tests: a word from another thread.
#pragma once
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>

#include "http/testing/raw_client.hpp"

namespace collet::http::testing {

/// Waits for what other threads bring about. Any thread.
class Note {
 public:
  void set(std::string text) {
    const std::lock_guard lock(mutex_);
    text_ = std::move(text);
    changed_.notify_all();
  }
  /// What was set; "nothing" when it takes too long.
  std::string wait() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, RawClient::kPatience, [this] { return text_.has_value(); });
    return text_.value_or("nothing");
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<std::string> text_;  // guarded by mutex_
};

}  // namespace collet::http::testing
