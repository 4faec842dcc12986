// One terminal for people: a program on a PTY, its last output, and the sockets that show it.
//
// For the event loop's thread only. Never blocks but to start the program.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collet/socket.hpp"
#include "collet/unique_fd.hpp"
#include "pty/output_ring.hpp"
#include "system/event_loop.hpp"
#include "system/identity.hpp"
#include "system/launcher.hpp"

namespace collet::bash {

struct PtyRequest {
  std::vector<std::string> command;
  std::string cwd;                                 ///< absolute
  std::map<std::string, std::string> environment;  ///< added to the host's own
  int rows = 24, columns = 80;
};

/// What the API says of a terminal.
struct PtyInfo {
  std::string id;
  PtyRequest request;
  long pid = 0;
  Micros started = 0;
  std::optional<Micros> ended;
  std::optional<int> exit_code;  ///< minus the signal's number for a killed program
  std::uint64_t first_offset = 0, next_offset = 0;
  std::size_t viewers = 0;
};
std::string to_json(const PtyInfo& info);

class PtySession : public std::enable_shared_from_this<PtySession> {
 public:
  struct Limits {
    std::size_t kept_bytes = 1U << 20;           ///< of output, for those who come later or fall behind
    std::size_t input_bytes = 1U << 20;          ///< typed, not read by the program yet
    std::size_t viewers = 16;                    ///< sockets at once
    std::chrono::milliseconds patience{2'000};   ///< how long a slow viewer holds the program up
    std::chrono::milliseconds unseen_pause{20};  ///< after 256 KiB that nobody sees
  };

  /// Throws LaunchError or std::system_error.
  static std::shared_ptr<PtySession> start(std::shared_ptr<EventLoop> loop, Launcher& launcher,
                                           Sessions sessions, PtyRequest request, Limits limits);
  ~PtySession();  ///< ends the whole tree
  PtySession(const PtySession&) = delete;
  PtySession& operator=(const PtySession&) = delete;

  PtyInfo info() const;
  bool ended() const { return ended_.has_value(); }
  /// Since when nobody has watched it; nothing while somebody does.
  std::optional<EventLoop::Clock::time_point> unseen_since() const;

  /// Shows it to a socket, from the byte `from` on; nothing: from the oldest that is kept.
  void attach(SessionId session, std::optional<std::uint64_t> from);
  void detach(SessionId session);
  void close_viewers() const;       ///< it is removed
  void drained(SessionId session);  ///< the socket has room again
  /// False: too much is waiting for the program already, nothing was taken.
  bool type(std::string_view bytes);
  void resize(int rows, int columns);
  bool signal(int number);  ///< to what is in the foreground; false: it has ended
  /// Ends the whole tree. The end is told when it has come.
  void end();

 private:
  struct Viewer {
    std::uint64_t next = 0;
    bool full = false;      // waits for drained()
    bool given_up = false;  // has held the program up for too long, until it has caught up
    bool told_end = false;
  };
  using Clock = EventLoop::Clock;

  PtySession(std::shared_ptr<EventLoop> loop, Sessions sessions, PtyRequest request, Limits limits);
  void launch(Launcher& launcher);
  void watch();
  void unwatch();
  void on_ready(std::uint32_t events);
  bool read_some(std::size_t limit);
  void write_pending();
  void show();
  void show(SessionId session, Viewer& viewer);
  bool show_gap(SessionId session, Viewer& viewer) const;
  void show_end(SessionId session, Viewer& viewer) const;
  bool held_up() const;
  void rest();
  void go_on();
  void give_up_on_slow();
  void on_exit(int status);

  const std::string id_ = new_id();
  const std::shared_ptr<EventLoop> loop_;
  const Sessions sessions_;
  PtyRequest request_;
  const Limits limits_;
  const Micros started_ = now_micros();
  UniqueFd master_;
  std::unique_ptr<Child> child_;
  OutputRing output_;
  std::map<SessionId, Viewer> viewers_;
  Clock::time_point unseen_since_ = Clock::now();
  std::string pending_;  // typed, not taken by the terminal yet
  bool watching_ = false;
  EventLoop::TimerId pause_timer_ = 0, patience_timer_ = 0;
  std::optional<int> exit_code_;
  std::optional<Micros> ended_;
};

}  // namespace collet::bash
