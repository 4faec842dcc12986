// A call that may never return, on a thread of its own.
//
// Whoever waits in vain leaves the thread alone, on purpose: nothing can end a thread inside foreign code. So
// `work` must own all that it touches, or touch only what is then never freed.
#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace collet::plugins {

/// "1.5 s".
std::string in_seconds(std::chrono::milliseconds time);

/// Thread: one owner.
class Errand {
 public:
  /// Begins at once. Throws std::system_error when there is no thread to be had.
  explicit Errand(std::function<void()> work);
  /// Joins the thread, or leaves it alone when the work has not ended.
  ~Errand();
  Errand(const Errand&) = delete;
  Errand& operator=(const Errand&) = delete;

  /// False: it had not ended when the time was up.
  bool wait(std::chrono::steady_clock::time_point until);

 private:
  struct Progress {
    std::mutex mutex;
    std::condition_variable changed;
    bool ended = false;
  };
  std::shared_ptr<Progress> progress_ = std::make_shared<Progress>();
  std::thread thread_;
};

}  // namespace collet::plugins
