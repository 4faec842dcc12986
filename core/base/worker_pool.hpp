// A bounded pool of threads for work that may block. Each owner has a FIFO queue of its own; the threads
// serve the owners in turn, and no owner may hold all threads, so that a slow owner can't starve the rest.
#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "base/result.hpp"

namespace collet {

class WorkerPool {
 public:
  struct Options {
    std::size_t threads = 4;         ///< at least 1
    std::size_t queue_length = 256;  ///< tasks that wait, per owner
    std::size_t per_owner = 0;       ///< tasks of one owner that run at once; 0: threads - 1, at least 1
  };

  explicit WorkerPool(Options options);
  /// As stop().
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Starts the threads. Tasks posted before wait until then. Once.
  Result<void> start();

  /// Queues a task; any thread, never blocks. False: the owner's queue is full, or the pool was stopped; the
  /// task is destroyed then. What a task throws is logged and goes no further.
  bool post(std::string_view owner, std::function<void()> task);

  /// Tasks of this owner that wait to be run. Any thread.
  std::size_t queue_depth(std::string_view owner) const;

  /// Takes no more tasks and destroys those that wait, on this thread.
  void close();
  /// False: some task was still running when the time was up. After close().
  bool wait_idle(std::chrono::steady_clock::time_point until);
  /// As close(), and returns when the running tasks have ended. Not from one of its own tasks.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace collet
