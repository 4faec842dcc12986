// One conversation as the rest of the program sees it: the commands that clients give it.
//
// All methods may be called from any thread; their work happens on the conversation's strand, and their
// callbacks are called there: they must not block.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "conversation/status.hpp"
#include "events/event_log.hpp"

namespace collet::conversation {

class ConversationSecrets;

/// A message of a user, validated.
struct UserMessage {
  std::string content;  ///< JSON array of content parts, canonical
  std::string sender;   ///< may be empty
};

class Conversation {
 public:
  virtual ~Conversation() = default;
  using Done = std::function<void(Result<void>)>;

  virtual const std::string& id() const = 0;
  virtual std::shared_ptr<ConversationSecrets> secrets() const = 0;

  /// Stores a message; with `run` the agent answers it. `done` once it is stored.
  virtual void send(UserMessage message, bool run, Done done) = 0;
  /// Starts the agent. kConflict while it runs. `done` once the run is on its way.
  virtual void run(Done done) = 0;
  /// The status is paused at once; a step under way is finished and recorded.
  virtual void pause(Done done) = 0;
  /// Gives up what the agent is doing. `done` when the run has ended.
  virtual void interrupt(Done done) = 0;
  /// Answers an agent that waits for confirmation; nothing happens when it doesn't.
  virtual void respond(bool accept, std::string reason, Done done) = 0;
  /// Changes what is given.
  struct Patch {
    std::optional<std::string> title;
    std::optional<std::string> tags;                 ///< JSON object
    std::optional<std::string> confirmation_policy;  ///< JSON object
    std::optional<std::string> security_analyzer;    ///< JSON object or null
  };
  virtual void patch(Patch patch, Done done) = 0;
  /// Adds secrets, or puts new ones in the place of those of the same names. `sources`: JSON object {NAME:
  /// source}, validated; a static value of "**********" leaves what is there as it is.
  virtual void update_secrets(std::string sources, Done done) = 0;

  /// The conversation as GET answers it.
  virtual void document(std::function<void(std::string)> done) = 0;
  /// Appends an event that says nothing to the model: `kind` is none that the view reads, `members` a JSON
  /// object of its own members. `done` gets the event's id once it is stored.
  struct Note {
    std::string kind, source, members;
  };
  virtual void append(Note note, std::function<void(Result<std::string>)> done) = 0;

  /// Follows the events from a seq on, the full state first.
  using Followed = std::function<void(Result<std::shared_ptr<events::Subscription>>)>;
  virtual void follow(std::optional<std::int64_t> after_seq, std::function<void()> wake, Followed done) = 0;

  /// Repairs what a crash left half done: answers open actions with an error and pauses. Once, before other
  /// calls.
  virtual void recover(Done done) = 0;
  /// Ends the run for good (server stop, or before deletion); later commands are refused. `done` when nothing
  /// runs.
  virtual void close(Status last_status, Done done) = 0;
};

}  // namespace collet::conversation
