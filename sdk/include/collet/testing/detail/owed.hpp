// Calls that a plugin has got and owes an end. For the testing headers.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collet/abi/types.h"

namespace collet::testing::detail {

/// What a plugin did against the contract, one line each. Any thread.
class Violations {
 public:
  void add(std::string text) {
    const std::lock_guard lock(mutex_);
    texts_.push_back(std::move(text));
  }
  std::vector<std::string> all() const {
    const std::lock_guard lock(mutex_);
    return texts_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> texts_;
};

/// What a plugin did with the right to end each call. Any thread.
template <class Result>
class Owed {
 public:
  using Milliseconds = std::chrono::milliseconds;

  explicit Owed(Violations& violations) : violations_(violations) {}

  /// `what` names the call in messages.
  collet_handle add(std::string what) {
    const std::lock_guard lock(mutex_);
    calls_[++last_].what = std::move(what);
    return last_;
  }
  void finish(collet_handle handle, Result result) {
    const std::lock_guard lock(mutex_);
    const auto found = calls_.find(handle);
    if (found == calls_.end()) return violations_.add("a call was ended that was never made");
    if (found->second.ended++ > 0) return violations_.add(found->second.what + " was ended twice");
    found->second.result = std::move(result);
    changed_.notify_all();
  }
  void progress(collet_handle handle, std::string_view text) {
    const std::lock_guard lock(mutex_);
    const auto found = calls_.find(handle);
    if (found == calls_.end()) return violations_.add("there was progress of a call that was never made");
    if (found->second.ended > 0) return violations_.add(found->second.what + " went on after its end");
    found->second.progress.emplace_back(text);
    changed_.notify_all();
  }

  std::vector<std::string> progress_of(collet_handle handle) const {
    const std::lock_guard lock(mutex_);
    return calls_.at(handle).progress;
  }
  bool wait_progress(collet_handle handle, std::size_t count, Milliseconds limit) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return calls_.at(handle).progress.size() >= count; });
  }
  bool ended(collet_handle handle) const {
    const std::lock_guard lock(mutex_);
    return calls_.at(handle).ended > 0;
  }
  /// Waits for the end. Throws when it does not come in time.
  Result wait(collet_handle handle, Milliseconds limit) const {
    std::unique_lock lock(mutex_);
    const Call& call = calls_.at(handle);
    if (!changed_.wait_for(lock, limit, [&] { return call.ended > 0; }))
      throw std::runtime_error(call.what + " has not ended in " + std::to_string(limit.count()) + " ms");
    return call.result;
  }
  /// What is still owed, as handles.
  std::vector<collet_handle> open() const {
    const std::lock_guard lock(mutex_);
    std::vector<collet_handle> handles;
    for (const auto& [handle, call] : calls_)
      if (call.ended == 0) handles.push_back(handle);
    return handles;
  }
  bool wait_none(Milliseconds limit) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] {
      for (const auto& [handle, call] : calls_)
        if (call.ended == 0) return false;
      return true;
    });
  }
  /// Counts what was never ended as a violation.
  void judge() {
    const std::lock_guard lock(mutex_);
    for (const auto& [handle, call] : calls_)
      if (call.ended == 0) violations_.add(call.what + " was never ended");
  }

 private:
  struct Call {
    std::string what;
    int ended = 0;
    Result result = {};
    std::vector<std::string> progress;
  };

  Violations& violations_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::map<collet_handle, Call> calls_;
  collet_handle last_ = 0;
};

}  // namespace collet::testing::detail
