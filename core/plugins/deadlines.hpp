// Calls functions at their time, on one thread.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "base/result.hpp"

namespace collet::plugins {

/// start() and stop() on the owner's thread, the rest on any.
class Deadlines {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Handle = std::pair<Time, std::uint64_t>;

  Deadlines() = default;
  /// As stop().
  ~Deadlines();
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

  /// Starts the thread. What was added before waits until then.
  Result<void> start();
  /// Drops what is left, and returns when no function is running.
  void stop();

  /// `due` must not block nor throw. After stop() it is dropped.
  Handle add(Time when, std::function<void()> due);
  /// It may be running just now, or have run.
  void remove(const Handle& handle);

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Handle, std::function<void()>> due_;
  std::uint64_t last_ = 0;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace collet::plugins
