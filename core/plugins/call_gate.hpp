// Counts the calls inside a plugin and shuts the way in. All methods may be called from any thread.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>

namespace collet::plugins {

class CallGate {
 public:
  /// The right to be inside, given back by its destructor. Movable.
  class Pass {
   public:
    Pass() = default;
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Pass& operator=(Pass&& other) noexcept {
      std::swap(gate_, other.gate_);
      return *this;
    }
    ~Pass() {
      if (gate_ != nullptr) gate_->leave();
    }
    explicit operator bool() const { return gate_ != nullptr; }

   private:
    friend class CallGate;
    explicit Pass(CallGate* gate) : gate_(gate) {}
    CallGate* gate_ = nullptr;
  };

  /// Shut at first.
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
  }
  void shut() {
    const std::lock_guard lock(mutex_);
    open_ = false;
  }
  /// An empty pass: it is shut.
  Pass enter() {
    const std::lock_guard lock(mutex_);
    if (!open_) return Pass();
    ++inside_;
    return Pass(this);
  }
  /// False: somebody was still inside when the time was up.
  bool wait_empty(std::chrono::steady_clock::time_point until) {
    std::unique_lock lock(mutex_);
    return empty_.wait_until(lock, until, [this] { return inside_ == 0; });
  }

 private:
  void leave() {
    const std::lock_guard lock(mutex_);  // held while telling: the waiter may destroy the gate right after
    if (--inside_ == 0) empty_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable empty_;
  std::size_t inside_ = 0;
  bool open_ = false;
};

}  // namespace collet::plugins
