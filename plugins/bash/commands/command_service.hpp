// Runs the commands of the HTTP routes and stores what they say. A running command holds no thread: the event
// loop reads its output and passes it on to the history, which stores it in time.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "commands/bash_event.hpp"
#include "commands/command_runner.hpp"
#include "commands/event_history.hpp"
#include "system/event_loop.hpp"
#include "system/launcher.hpp"

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

  class NotStored : public std::runtime_error {
   public:
    explicit NotStored(const std::string& why)
        : std::runtime_error("The command could not be stored and was stopped: " + why) {}
  };
  /// Starts a command, which has been stored when this returns: blocks on the disk, while the command begins.
  /// Throws TooMany, or NotStored: then nothing more is heard of the command.
  BashCommand start(CommandRequest request);

  /// Gets the last output with all that the command has said, after it was stored; or null where the command
  /// itself could not be stored, and why. On the thread that stores; must not block.
  using Ended = std::function<void(const BashOutput* output, const std::string& error)>;
  /// Starts a command, perhaps on the calling thread, and does not wait for its end. Throws TooMany.
  BashCommand execute(CommandRequest request, Ended ended);

  // Those below wait for the loop; not on its thread. `id` in either form.
  std::vector<RunningCommand> running() const;  ///< the oldest first
  enum class Signalled { kSent, kEnded, kUnknown };
  /// To the process group of the command's shell. kEnded: only what the shell left behind still runs.
  Signalled signal(std::string_view id, int number);
  /// Ends the command with its whole tree, as its time-out would. False: no such command runs.
  bool stop(std::string_view id);

 private:
  struct Running;
  class Owed;
  BashCommand begin(CommandRequest request, std::function<void(const std::string& error)> stored,
                    Ended ended);
  void on_stored(const std::shared_ptr<Running>& running, const std::string& error);
  void launch(const std::shared_ptr<Running>& running);
  std::shared_ptr<Running> find(std::string_view id) const;
  void on_chunk(const std::shared_ptr<Running>& running, OutputChunk chunk);
  void store(const std::shared_ptr<Running>& running, BashOutput output);
  void pump();
  void hand_over(const std::shared_ptr<Running>& running, const std::shared_ptr<const BashOutput>& output);

  const std::shared_ptr<EventLoop> loop_;
  Launcher& launcher_;
  EventHistory& history_;
  const std::string default_dir_;
  const Limits limits_;
  const std::function<void(const std::string&)> failed_;
  std::atomic<std::size_t> count_{0};
  std::map<std::string, std::shared_ptr<Running>> running_;  // of the loop's thread
  struct Waiting;
  std::deque<Waiting> backlog_;                 // of the loop's thread: outputs the history has no room for
  std::atomic<std::size_t> backlog_length_{0};  // the same for other threads
  std::atomic<std::size_t> storing_bytes_{0};   // of outputs that the history has yet to store
  std::mutex mutex_;
  std::condition_variable settled_;
  std::size_t owed_ = 0;  // guarded: events that are being stored, each with an Owed
};

}  // namespace collet::bash
