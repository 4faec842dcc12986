// Waits for conversations to end what was asked of them. None holds a thread.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "chat_progress.hpp"
#include "collet/host.hpp"

namespace collet::gateway {

inline constexpr std::size_t kMostRuns = 256;  ///< waited for at once

struct RunEnd {
  enum class Why { kStatus, kTooLate, kGone };
  Why why = Why::kGone;
  std::string status;    ///< of the conversation, where that is why
  std::string text;      ///< what the agent said last
  std::string failure;   ///< one line for people
  std::int64_t seq = 0;  ///< of the event that ended it
};

/// Any thread. Between start() and stop() of the plugin.
class ChatRuns {
 public:
  using Done = std::function<void(const RunEnd&)>;

  ChatRuns(Host& host, std::chrono::milliseconds patience) : host_(host), patience_(patience) {}
  ChatRuns(const ChatRuns&) = delete;
  ChatRuns& operator=(const ChatRuns&) = delete;
  ~ChatRuns() { stop(); }

  void start();
  /// All that is waited for ends as "gone".
  void stop();

  /// Calls `done` once, on a thread of the plugin's queue or its own, perhaps before this returns: when the
  /// run that the events behind `after_seq` show has ended, or the patience has. Throws HostError
  /// (COLLET_UNAVAILABLE): too many are waited for; then `done` is not called.
  void wait(const std::string& conversation, std::int64_t after_seq, Done done);

 private:
  using Clock = std::chrono::steady_clock;
  struct Run {
    Clock::time_point deadline;
    ChatProgress progress;
    Done done;
    Follow follow;
  };

  void on_event(std::uint64_t id, std::int64_t seq, std::string_view event);
  void end(std::uint64_t id, const RunEnd& how);
  void watch();

  Host& host_;
  const std::chrono::milliseconds patience_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, std::shared_ptr<Run>> runs_;  // guarded by mutex_, as what follows
  std::uint64_t next_ = 1;
  bool stopping_ = false;
  std::thread watcher_;
};

}  // namespace collet::gateway
