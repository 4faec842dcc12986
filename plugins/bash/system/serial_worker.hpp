#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace collet::bash {

/// One thread that runs tasks in order: what blocks on the disk and must not hold up the event loop. The
/// queue is as long as its users let it be.
class SerialWorker {
 public:
  using Task = std::function<void()>;
  /// `failed` (the worker's thread) is told what a task threw.
  explicit SerialWorker(std::function<void(const std::string&)> failed);
  ~SerialWorker();  ///< stop()
  SerialWorker(const SerialWorker&) = delete;
  SerialWorker& operator=(const SerialWorker&) = delete;

  void post(Task task);  ///< any thread; after stop() it does nothing
  void stop();           ///< runs what was posted before and ends the thread

 private:
  void work();

  const std::function<void(const std::string&)> failed_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace collet::bash
