// Runs one shell command with its output in pipes, for the HTTP routes.
//
// For the event loop's thread only; never blocks but to start the process. Holds at most one chunk per
// stream.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "collet/unique_fd.hpp"
#include "system/event_loop.hpp"
#include "system/launcher.hpp"
#include "system/utf8.hpp"

namespace collet::bash {

/// A piece of a command's output, as valid UTF-8. The last one has the exit code.
struct OutputChunk {
  std::string out, err;
  std::optional<int> exit_code;  ///< 0…255, minus a signal's number, or -1: time-out or no start
};

class CommandRunner : public std::enable_shared_from_this<CommandRunner> {
 public:
  struct Options {
    std::string command;
    std::string working_dir;                 ///< absolute
    std::chrono::milliseconds timeout;       ///< 0 or less: the command is not started at all
    std::size_t chunk_bytes = 1U << 20;      ///< of one stream, about
    std::int64_t output_bytes = 64LL << 20;  ///< of both streams; what comes after it is read and dropped
    int chunks_ahead = 4;  ///< not taken yet; with more, the command's output waits in its pipes
  };
  /// Gets the chunks in order. chunk_taken() is to be called once for each but the last.
  using OnChunk = std::function<void(OutputChunk)>;

  /// Starts the command. `on_chunk` comes on the loop's thread, perhaps before this returns.
  static std::shared_ptr<CommandRunner> start(std::shared_ptr<EventLoop> loop, Launcher& launcher,
                                              Options options, OnChunk on_chunk);
  ~CommandRunner();  ///< ends the whole tree
  CommandRunner(const CommandRunner&) = delete;
  CommandRunner& operator=(const CommandRunner&) = delete;

  void chunk_taken();
  /// Ends the whole tree now, as the time-out does.
  void stop();
  /// To the shell's process group. False: it has ended.
  bool signal(int number) { return child_ && !status_ && child_->signal(number); }
  long pid() const { return child_ ? child_->pid() : 0; }
  std::int64_t output_bytes() const { return taken_bytes_ + dropped_bytes_; }  ///< so far

 private:
  struct Stream {
    UniqueFd fd;
    bool watched = false;
    Utf8Cleaner cleaner;
    std::string text;
  };

  CommandRunner(std::shared_ptr<EventLoop> loop, Options options, OnChunk on_chunk);
  void launch(Launcher& launcher);
  void watch(Stream& stream);
  void unwatch(Stream& stream);
  void on_ready(Stream& stream);
  void take(Stream& stream, std::string_view bytes);
  void pass_on();
  void on_exit(int status);
  void end_if_over();
  void finish(int exit_code);

  const std::shared_ptr<EventLoop> loop_;
  const Options options_;
  OnChunk on_chunk_;
  Stream out_, err_;
  std::unique_ptr<Child> child_;
  std::optional<int> status_;  // the shell's own
  std::int64_t taken_bytes_ = 0, dropped_bytes_ = 0;
  int ahead_ = 0;
  bool finished_ = false;
  EventLoop::TimerId timer_ = 0;
};

}  // namespace collet::bash
