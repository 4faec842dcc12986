// Runs the commands of the HTTP routes and stores what they say. A running command holds no thread: the event
// loop reads its output, a writer stores it.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "commands/bash_event.hpp"
#include "commands/command_runner.hpp"
#include "commands/event_history.hpp"
#include "system/event_loop.hpp"
#include "system/launcher.hpp"
#include "system/serial_worker.hpp"

namespace collet::bash {

struct CommandRequest {
  std::string command;
  std::optional<std::string> cwd;
  std::int64_t timeout = 300;  ///< seconds
};

/// A command that runs now.
struct RunningCommand {
  BashCommand command;
  long pid = 0;
  std::int64_t output_bytes = 0;  ///< so far
};
std::string to_json(const RunningCommand& running);

/// Methods may be called from any thread.
class CommandService {
 public:
  struct Limits {
    std::size_t running = 256;             ///< commands at once
    std::size_t answer_bytes = 16U << 20;  ///< of output in the answer of a command that is waited for
    std::int64_t longest_seconds = 7 * 24 * 3600;
  };
  class TooMany : public std::runtime_error {
   public:
    TooMany() : std::runtime_error("Too many commands are running.") {}
  };

  /// `default_dir`: where commands without a `cwd` run. `failed` is told what could not be stored.
  CommandService(std::shared_ptr<EventLoop> loop, Launcher& launcher, EventHistory& history,
                 std::string default_dir, Limits limits, std::function<void(const std::string&)> failed);
  ~CommandService();  ///< ends all commands; what they have said is stored

  /// Starts a command, which has been stored when this returns: blocks on the disk, while the command begins.
  /// `ended` (may be empty) gets the last output with all that the command has said; on the writer's thread,
  /// after it was stored. Throws TooMany, or what storing throws: then the command is stopped, and nothing
  /// more is heard of it.
  BashCommand start(CommandRequest request, std::function<void(const BashOutput&)> ended);

  // Those below wait for the loop; not on its thread. `id` in either form.
  std::vector<RunningCommand> running() const;  ///< the oldest first
  enum class Signalled { kSent, kEnded, kUnknown };
  /// To the process group of the command's shell. kEnded: only what the shell left behind still runs.
  Signalled signal(std::string_view id, int number);
  /// Ends the command with its whole tree, as its time-out would. False: no such command runs.
  bool stop(std::string_view id);

 private:
  struct Running;
  void launch(const std::shared_ptr<Running>& running);
  std::shared_ptr<Running> find(std::string_view id) const;
  void on_chunk(const std::shared_ptr<Running>& running, OutputChunk chunk);

  const std::shared_ptr<EventLoop> loop_;
  Launcher& launcher_;
  EventHistory& history_;
  const std::string default_dir_;
  const Limits limits_;
  std::atomic<std::size_t> count_{0};
  std::map<std::string, std::shared_ptr<Running>> running_;  // of the loop's thread
  SerialWorker writer_;
};

}  // namespace collet::bash
