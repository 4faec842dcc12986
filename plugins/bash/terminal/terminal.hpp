// What one conversation's terminal tool does: one call after the other on one shell, with time limits, input
// to the running command, reset. The texts that the model reads are made here.
//
// For the event loop's thread only; results come on it too. Never blocks but to start a shell.
#pragma once
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "system/event_loop.hpp"
#include "system/launcher.hpp"
#include "terminal/output_buffer.hpp"
#include "terminal/shell_session.hpp"

namespace collet::bash {

struct TerminalCall {
  std::string id;
  std::string command;
  bool is_input = false;          ///< the command is text or a key for the running command
  std::optional<double> timeout;  ///< seconds
  bool reset = false;
  std::string save_dir;  ///< for long output; may be empty
  Pairs variables = {};  ///< for this command alone
};

struct TerminalResult {
  std::string text;
  bool is_error = false;
  std::string command;  ///< as the observation names it
  std::optional<int> exit_code;
  int shell_exit_code = -1;                ///< metadata.exit_code
  std::optional<std::string> working_dir;  ///< known when a command has ended
  std::string prefix, suffix;
};

class Terminal : public std::enable_shared_from_this<Terminal> {
 public:
  using Mask = ShellSession::Mask;
  struct Options {
    std::string working_dir;
    std::string spool_dir;
    bool load_bashrc = false;
    std::chrono::milliseconds quiet_limit{30'000};       ///< without new output, when a call has no timeout
    std::chrono::milliseconds input_quiet_limit{3'000};  ///< the same after input
    std::chrono::milliseconds longest_wait{1'800'000};   ///< of a call without timeout, new output or not
    std::chrono::milliseconds start_limit{10'000};       ///< for the shell to be ready
    std::chrono::milliseconds interrupt_grace{2'000};  ///< from the interrupt of a cancelled call to the kill
    std::int64_t saved_bytes = 256LL << 20;            ///< of long output, per terminal
    std::function<Mask()> open_mask = {};  ///< empty, or one that gives an empty one: all is shown
  };
  using Done = std::function<void(TerminalResult)>;

  Terminal(std::shared_ptr<EventLoop> loop, Launcher& launcher, Options options,
           std::function<void(const std::string&)> warn);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// Calls wait for each other. `done` comes exactly once.
  void submit(TerminalCall call, Done done);
  /// Interrupts the call's command, or forgets the call while it waits. Its `done` still comes. False: no
  /// such call.
  bool cancel(const std::string& call_id);
  /// What a call gets that was cancelled before it ran.
  static TerminalResult cancelled_result(const std::string& command);
  /// Ends everything; open calls are answered with an error.
  void close();

 private:
  using Clock = EventLoop::Clock;
  struct Pending {
    TerminalCall call;
    Done done;
  };
  enum class Shell { kNone, kStarting, kIdle, kBusy };

  // Calls
  void next();
  void begin(const TerminalCall& call);
  void begin_when_running(const TerminalCall& call, const std::string& command);
  void begin_when_idle(const TerminalCall& call, const std::string& command);
  bool lend(const Pairs& variables);  // false: they are too large
  void warn_not_lent(const std::string& names);
  void run_command();
  void wait_for_end(bool after_input);
  void check_limits();
  void arm(Clock::time_point time);
  void finish(TerminalResult result);
  void fail(const std::string& text);
  void report_running(const std::string& reason);
  void cancel_current();
  void kill_after_grace(int round);

  // Shell
  void add_output(std::string_view bytes, bool last);
  void start_shell(bool load_bashrc);
  void end_shell();
  void on_mark(const Mark& mark);
  void report_end(const Mark& mark);
  void on_exit(int status);
  void start_failed(const std::string& why);

  const std::shared_ptr<EventLoop> loop_;
  Launcher& launcher_;
  const Options options_;
  const std::function<void(const std::string&)> warn_;

  std::deque<Pending> waiting_;
  std::optional<Pending> current_;
  std::string command_;     // of the current call, trimmed, when it is to be run
  Pairs variables_;         // for it alone
  std::string lead_;        // goes before the current call's text
  bool cancelled_ = false;  // the current call was
  bool polling_ = false;    // the current call goes on with an earlier one's command
  bool after_input_ = false;
  Clock::time_point call_start_, last_output_;
  EventLoop::TimerId limit_timer_ = 0, start_timer_ = 0, kill_timer_ = 0;

  Shell shell_ = Shell::kNone;
  bool with_bashrc_ = false;  // the starting shell
  std::shared_ptr<ShellSession> session_;
  Mask mask_;  // of what its control characters have left of the output
  long command_number_ = 0;
  OutputBuffer output_;
  std::optional<Mark> ended_;  // the command ended while no call waited for it
  std::string notice_;         // the shell did
  std::int64_t saved_bytes_ = 0;
};

}  // namespace collet::bash
