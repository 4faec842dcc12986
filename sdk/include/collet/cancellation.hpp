// Tells a blocking call that it is not wanted any more.
#pragma once
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace collet {

/// Copies share their state. All methods may be called from any thread.
class Cancellation {
 public:
  bool cancelled() const {
    const std::lock_guard lock(state_->mutex);
    return state_->cancelled;
  }
  /// Waits for the cancellation, at most that long. True: cancelled.
  bool wait_for(std::chrono::milliseconds limit) const {
    std::unique_lock lock(state_->mutex);
    return state_->changed.wait_for(lock, limit, [this] { return state_->cancelled; });
  }
  void cancel() const {
    {
      const std::lock_guard lock(state_->mutex);
      state_->cancelled = true;
    }
    state_->changed.notify_all();
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    bool cancelled = false;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

namespace detail {

/// The blocking calls that are running, by their key. A cancel may overtake the start of its call by a
/// moment; those without a call are kept, the last few of them. All methods may be called from any thread.
template <class Key>
class RunningCalls {
 public:
  /// One call, from its start to its end.
  class Entry {
   public:
    Entry(RunningCalls& calls, Key key) : calls_(calls), key_(std::move(key)) {
      calls_.begin(key_, cancellation_);
    }
    ~Entry() { calls_.end(key_); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    const Cancellation& cancellation() const { return cancellation_; }

   private:
    RunningCalls& calls_;
    const Key key_;
    const Cancellation cancellation_;
  };

  void cancel(const Key& key) {
    const std::lock_guard lock(mutex_);
    if (const auto found = running_.find(key); found != running_.end()) return found->second.cancel();
    if (early_.size() == kKept) early_.pop_front();
    early_.push_back(key);
  }

 private:
  static constexpr std::size_t kKept = 64;

  void begin(const Key& key, const Cancellation& cancellation) {
    const std::lock_guard lock(mutex_);
    running_.insert_or_assign(key, cancellation);
    const auto early = std::find(early_.begin(), early_.end(), key);
    if (early == early_.end()) return;
    early_.erase(early);
    cancellation.cancel();
  }
  void end(const Key& key) {
    const std::lock_guard lock(mutex_);
    running_.erase(key);
  }

  std::mutex mutex_;
  std::map<Key, Cancellation> running_;
  std::deque<Key> early_;
};

}  // namespace detail

}  // namespace collet
