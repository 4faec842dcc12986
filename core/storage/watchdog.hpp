// Inside this folder only: cuts connections on which the database does not answer. PostgreSQL's own limits
// end a statement that takes long, but a server process that hangs keeps them no more than the statement.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>

namespace collet::storage {

/// Any thread.
class Watchdog {
 public:
  Watchdog() : thread_([this] { work(); }) {}
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// Watches a socket until the guard goes, which must be before it is closed. When the time is over, the
  /// socket is shut down: whoever waits on it then fails as if the peer had gone.
  class Guard {
   public:
    Guard(Watchdog& dog, int socket, std::chrono::milliseconds longest);
    ~Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    Watchdog& dog_;
    std::uint64_t number_ = 0;
  };

 private:
  using Clock = std::chrono::steady_clock;
  struct Watched {
    int socket = -1;
    Clock::time_point until;
  };
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::uint64_t, Watched> watched_;
  std::uint64_t last_ = 0;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace collet::storage
