// Threads for what waits for other servers and for disks, so that the plugin's own threads stay free.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "collet/cancellation.hpp"
#include "collet/http.hpp"

namespace collet::skill_files {

/// Two threads and a queue of 32. Any thread.
class FetchWorkers {
 public:
  FetchWorkers() = default;
  ~FetchWorkers() { stop(); }
  FetchWorkers(const FetchWorkers&) = delete;
  FetchWorkers& operator=(const FetchWorkers&) = delete;

  void start();
  /// Cancels what runs, drops what waits (its requests are answered 503), ends the threads.
  void stop();
  /// Set by stop().
  const Cancellation& cancellation() const { return cancellation_; }

  /// Answers with what `work` gives, later, on a worker's thread; a FetchError, FileError, Refusal or
  /// HostError of it becomes an answer. 503 where the queue is full.
  void answer(Reply reply, std::function<Response()> work);

 private:
  struct Task {
    Reply reply;
    std::function<Response()> work;
  };
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> waiting_;
  std::vector<std::thread> threads_;
  bool running_ = false;
  Cancellation cancellation_;
};

}  // namespace collet::skill_files
