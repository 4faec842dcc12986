// Bounds how many runs make progress at once; the others wait in order. Any thread.
#pragma once
#include <deque>
#include <functional>
#include <mutex>

namespace collet::conversation {

class RunSlots {
 public:
  explicit RunSlots(std::size_t most) : most_(most), free_(most) {}

  struct Load {
    std::size_t running = 0, waiting = 0;
  };
  Load load() const {
    const std::lock_guard lock(mutex_);
    return {most_ - free_, waiting_.size()};
  }

  /// Calls `granted` at once, or later from the thread that gives a slot back. It must not block.
  void acquire(std::function<void()> granted) {
    {
      const std::lock_guard lock(mutex_);
      if (free_ == 0) {
        waiting_.push_back(std::move(granted));
        return;
      }
      --free_;
    }
    granted();
  }
  void release() {
    std::function<void()> next;
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.empty()) {
        ++free_;
        return;
      }
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    next();
  }

 private:
  const std::size_t most_;
  mutable std::mutex mutex_;
  std::size_t free_;
  std::deque<std::function<void()>> waiting_;
};

}  // namespace collet::conversation
