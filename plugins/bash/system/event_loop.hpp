// The plugin's one I/O thread: descriptors, timers and posted functions. All terminals and commands live in
// it: one callback runs at a time, so that nothing of them needs a lock, and none holds a thread while it
// waits. What the code calls the loop's thread is whichever thread runs the loop's callback of the moment.
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "collet/unique_fd.hpp"

namespace collet::bash {

class EventLoop {
 public:
  using Clock = std::chrono::steady_clock;
  using Task = std::function<void()>;
  using Ready = std::function<void(std::uint32_t epoll_events)>;
  using TimerId = std::uint64_t;

  /// Starts the thread. `failed` (any thread) is told what a callback threw; callbacks should not. Throws
  /// std::system_error.
  explicit EventLoop(std::function<void(const std::string&)> failed);
  ~EventLoop();  ///< stop()
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Runs `task` on the loop's thread, in the order of posting. Any thread. After stop() it does nothing.
  void post(Task task);
  /// The same, but when the loop is only waiting the caller lends it his own thread: nobody has to be woken.
  /// For tasks that don't block on what the calling thread would have to do.
  void dispatch(Task task);
  /// The same, and waits until it has run. Not on the loop's thread.
  void run(Task task);
  /// Runs what was posted before and ends the thread. Not on the loop's thread.
  void stop();

  // The rest is for the loop's thread only.

  /// Calls `ready` while any of `events` (EPOLLIN, …) or an error holds; level-triggered. One watch per
  /// descriptor, which must stay open until unwatch().
  void watch(int fd, std::uint32_t events, Ready ready);
  void change(int fd, std::uint32_t events);
  void unwatch(int fd);  ///< nothing happens when it is not watched

  /// Calls `task` once, at or after the time. Ids are never 0.
  TimerId at(Clock::time_point time, Task task);
  TimerId after(std::chrono::milliseconds delay, Task task) {
    return at(Clock::now() + delay, std::move(task));
  }
  void cancel(TimerId timer);  ///< nothing happens when it has run, or is 0

 private:
  struct Watch {
    std::uint64_t id;  // tells a watch from an earlier one of the same descriptor number
    Ready ready;
  };

  void work();
  void wake();
  bool has_posted_or_stops();
  void run_posted();
  void run_timers();
  void handle(std::uint64_t id, std::uint32_t events);
  int wait_limit();
  void guarded(const Task& task) noexcept;

  const std::function<void(const std::string&)> failed_;
  UniqueFd epoll_, wake_;

  std::mutex mutex_;  // guards posted_ and stopping_
  std::vector<Task> posted_;
  bool stopping_ = false;

  std::atomic<bool> has_work_ = false;    // the thread waits for its turn: nobody may take it first
  std::mutex turn_;                       // held by whoever runs callbacks; guards all below
  std::atomic<std::thread::id> running_;  // who that is
  Clock::time_point waits_until_;         // how long the thread sleeps
  std::unordered_map<int, std::shared_ptr<Watch>> watches_;
  std::unordered_map<std::uint64_t, std::weak_ptr<Watch>> by_id_;
  std::map<std::pair<Clock::time_point, TimerId>, Task> timers_;
  std::unordered_map<TimerId, Clock::time_point> timer_times_;
  std::uint64_t next_id_ = 1;

  std::thread thread_;
};

}  // namespace collet::bash
