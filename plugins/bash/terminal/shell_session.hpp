// One bash on its own terminal: runs a command at a time and tells when it begins and ends.
//
// For the event loop's thread only. Nothing blocks but the start of the process (a round trip to the host).
#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "collet/detail/text.hpp"
#include "collet/unique_fd.hpp"
#include "system/event_loop.hpp"
#include "system/launcher.hpp"
#include "terminal/mark_finder.hpp"
#include "terminal/output_filter.hpp"

namespace collet::bash {

class ShellSession : public std::enable_shared_from_this<ShellSession> {
 public:
  /// Gives what may be shown of a piece of output; may hold back its end until the next piece or the `last`
  /// one.
  using Mask = std::function<std::string(std::string_view piece, bool last)>;
  struct Options {
    std::string working_dir;   ///< absolute
    std::string spool_dir;     ///< an existing private folder; the session makes its own in it
    bool load_bashrc = false;  ///< run ~/.bashrc first
    Mask mask = {};            ///< of the output as it is written, before control characters have an effect
  };
  /// What the session tells its owner, on the loop's thread. None is called from within a method of the
  /// session but `text` and `mark` from drain().
  struct Events {
    std::function<void(std::string_view bytes)> text;  ///< plain output, perhaps no valid UTF-8
    std::function<void(const Mark& mark)> mark;
    std::function<void(int status)>
        exited;  ///< the shell has ended; all its output was given before. Once, last
  };

  /// Throws LaunchError or std::system_error.
  static std::shared_ptr<ShellSession> start(std::shared_ptr<EventLoop> loop, Launcher& launcher,
                                             const Options& options, Events events);
  ~ShellSession();  ///< ends the whole tree; no event comes any more
  ShellSession(const ShellSession&) = delete;
  ShellSession& operator=(const ShellSession&) = delete;

  /// Runs a text of any length, NUL-free, at the prompt, with variables that this command alone gets and the
  /// shell forgets behind it. Both go through a pipe and are in no file. False: they could not be handed
  /// over.
  bool run(long number, const std::string& command, const Pairs& variables);
  /// Types bytes. False: the program doesn't read, and too much is waiting already.
  bool type(std::string_view bytes);
  /// Sends a signal to what is in the foreground, unless that is the shell itself.
  void signal_foreground(int number);
  /// Hands over a line that is not ended yet.
  void flush() { filter_.flush(); }
  /// How fast to read when output is plenty: 256 KiB, then a pause this long. 0: as fast as it comes.
  void set_pause(std::chrono::milliseconds pause) { pause_ = pause; }

 private:
  ShellSession(std::shared_ptr<EventLoop> loop, std::string nonce, Mask mask, Events events);
  void launch(Launcher& launcher, const Options& options);
  bool hand_over(std::string text);
  void write_handed_over();
  void take_back_handed_over();
  void watch();
  void on_ready(std::uint32_t events);
  void write_pending();
  void rest();
  bool drain(std::size_t limit);  // true: there may be more
  void on_bytes(std::string_view bytes, bool last);
  void on_mark(const Mark& mark);
  void on_exit(int status);

  const std::shared_ptr<EventLoop> loop_;
  const std::string nonce_;
  Events events_;
  const Mask mask_;
  MarkFinder marks_;
  OutputFilter filter_;
  UniqueFd master_;
  std::string folder_, command_pipe_;
  UniqueFd handed_over_;  // our end of the pipe, while the shell has something to read there
  std::string text_;      // what to write there
  std::size_t written_ = 0;
  std::unique_ptr<Child> child_;
  std::string pending_;  // typed, not taken yet
  bool watching_ = false;
  bool closed_ = false;  // the other side of the terminal is gone
  std::chrono::milliseconds pause_{0};
  EventLoop::TimerId pause_timer_ = 0;
};

}  // namespace collet::bash
