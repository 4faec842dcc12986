#pragma once
#include <atomic>
#include <chrono>

namespace collet::api {

/// When the server was last used by a client; health checks don't count. Any thread.
class Activity {
 public:
  using Clock = std::chrono::steady_clock;
  void touch() { last_.store(Clock::now().time_since_epoch().count(), std::memory_order_relaxed); }
  double uptime_seconds() const { return seconds_since(started_); }
  double idle_seconds() const {
    return seconds_since(Clock::time_point(Clock::duration(last_.load(std::memory_order_relaxed))));
  }

 private:
  static double seconds_since(Clock::time_point then) {
    return std::chrono::duration<double>(Clock::now() - then).count();
  }
  Clock::time_point started_ = Clock::now();
  std::atomic<Clock::rep> last_{Clock::now().time_since_epoch().count()};
};

}  // namespace collet::api
