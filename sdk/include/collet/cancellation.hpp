// Tells a blocking call that it is not wanted any more.
#pragma once
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

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

}  // namespace collet
