// Waits for conversations to end what was asked of them. None holds a thread.
#pragma once
#include <algorithm>
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

struct Waiting {
  std::chrono::milliseconds patience{120'000};  ///< at most so long for a run
  std::chrono::milliseconds beat{10'000};       ///< between two signs of life
};

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

  /// Each may be empty.
  struct Meanwhile {
    std::function<void(const std::string& text)> said;  ///< the agent says something; on the plugin's queue
    std::function<void()> beat;  ///< from time to time, on the thread that waits for all: must not block
  };
  using Ticket = std::uint64_t;

  ChatRuns(Host& host, Waiting waiting) : host_(host), waiting_(waiting) {}
  ChatRuns(const ChatRuns&) = delete;
  ChatRuns& operator=(const ChatRuns&) = delete;
  ~ChatRuns() { stop(); }

  void start();
  /// All that is waited for ends as "gone".
  void stop();

  /// Calls `done` once, on a thread of the plugin's queue or its own, perhaps before this returns: when the
  /// run that the events behind `after_seq` show has ended, or the patience has. Throws HostError
  /// (COLLET_UNAVAILABLE): too many are waited for; then `done` is not called. `meanwhile` is called
  /// before `done`, or beside it when the patience has ended.
  Ticket wait(const std::string& conversation, std::int64_t after_seq, Done done, Meanwhile meanwhile = {});
  /// Nobody needs the end any more: `done` is not called, unless it is under way already. The run goes on.
  void leave(Ticket ticket);

 private:
  using Clock = std::chrono::steady_clock;
  struct Run {
    Clock::time_point deadline;
    Clock::time_point next_beat;  // never, without a beat; guarded by mutex_
    ChatProgress progress;
    Done done;
    Meanwhile meanwhile;
    Follow follow;

    Clock::time_point next() const { return std::min(deadline, next_beat); }
  };

  std::shared_ptr<Run> take(Ticket id);
  void on_event(Ticket id, std::int64_t seq, std::string_view event);
  void end(Ticket id, const RunEnd& how);
  void watch();

  Host& host_;
  const Waiting waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Ticket, std::shared_ptr<Run>> runs_;  // guarded by mutex_, as what follows
  Ticket next_ = 1;
  bool stopping_ = false;
  std::thread watcher_;
};

}  // namespace collet::gateway
