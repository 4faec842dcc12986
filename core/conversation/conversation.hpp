// One conversation: takes the commands that clients give it, and runs the agent.
//
// All public methods may be called from any thread; their work happens on the conversation's strand, and
// their callbacks are called there: they must not block.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "conversation/journal.hpp"
#include "conversation/run.hpp"
#include "conversation/run_slots.hpp"

namespace collet::conversation {

/// What all conversations share; outlives them.
struct Surroundings {
  asio::io_context& io;
  events::EventLog& log;
  llm::Providers& providers;
  agent::ToolRegistry& tools;
  RunSlots& slots;
};

/// A message of a user, validated.
struct UserMessage {
  std::string content;  ///< JSON array of content parts, canonical
  std::string sender;   ///< may be empty
};

class Conversation : public std::enable_shared_from_this<Conversation> {
 public:
  using Done = std::function<void(Result<void>)>;

  /// kInvalid: the agent's llm or tools cannot be used; names what.
  static Result<std::shared_ptr<Conversation>> make(Surroundings& around, State state,
                                                    llm::UsageLedger usage);

  /// Stores a message; with `run` the agent answers it. `done` once it is stored.
  void send(UserMessage message, bool run, Done done);
  /// Starts the agent. kConflict while it runs. `done` once the status is stored.
  void run(Done done);
  /// The status is paused at once; a step under way is finished and recorded.
  void pause(Done done);
  /// Gives up what the agent is doing. `done` when the run has ended.
  void interrupt(Done done);
  /// Answers an agent that waits for confirmation; nothing happens when it doesn't.
  void respond(bool accept, std::string reason, Done done);
  /// Changes what is given.
  struct Patch {
    std::optional<std::string> title;
    std::optional<std::string> tags;                 ///< JSON object
    std::optional<std::string> confirmation_policy;  ///< JSON object
    std::optional<std::string> security_analyzer;    ///< JSON object or null
  };
  void patch(Patch patch, Done done);

  /// The conversation as GET answers it.
  void document(std::function<void(std::string)> done);
  /// Follows the events from a seq on, the full state first.
  using Followed = std::function<void(Result<std::shared_ptr<events::Subscription>>)>;
  void follow(std::optional<std::int64_t> after_seq, std::function<void()> wake, Followed done);

  /// Repairs what a crash left half done: answers open actions with an error and pauses. Once, before other
  /// calls.
  void recover(Done done);
  /// Ends the run for good (server stop, or before deletion); later commands are refused. `done` when nothing
  /// runs.
  void close(Status last_status, Done done);

  const std::string& id() const { return id_; }

 private:
  Conversation(Surroundings& around, State state, llm::UsageLedger usage);
  Result<void> equip();

  asio::awaitable<Result<void>> do_send(UserMessage message, bool run);
  asio::awaitable<Result<void>> do_run();
  asio::awaitable<Result<void>> do_pause();
  asio::awaitable<Result<void>> do_interrupt();
  asio::awaitable<Result<void>> do_respond(bool accept, std::string reason);
  asio::awaitable<Result<void>> do_recover();
  asio::awaitable<Result<void>> do_close(Status last_status);

  void spawn(std::function<asio::awaitable<Result<void>>(Conversation&)> work, Done done);
  void start_run();
  asio::awaitable<void> run_to_end(std::shared_ptr<Run> run);
  asio::awaitable<void> wait_until_idle();

  Surroundings& around_;
  std::string id_;
  Strand strand_;
  Journal journal_;
  Equipment equipment_;
  std::shared_ptr<Run> run_;  ///< the active run
  std::vector<std::shared_ptr<Arrival<bool>>> idle_waiters_;
  bool closed_ = false;
};

}  // namespace collet::conversation
