// The one writer of a conversation: its state, its view, and the way both change, which is by appending
// events.
//
// Belongs to the conversation's strand. The state changes when the append is committed, not before.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/drafts.hpp"
#include "agent/view.hpp"
#include "conversation/async.hpp"
#include "conversation/state.hpp"
#include "events/event_log.hpp"

namespace collet::conversation {

/// What one append adds: events, and the state that they lead to.
class Batch {
 public:
  Batch(State state, const llm::UsageLedger& usage) : state_(std::move(state)), usage_(usage) {}

  /// For the next event of the chain: a new id, and the event before it.
  agent::Link link();
  /// For an event that is not part of the chain (state updates).
  agent::Link side_link() const;
  void add(events::Draft draft) { drafts_.push_back(std::move(draft)); }

  /// Changes the status and says so in an event; nothing when it is this status already.
  void set_status(Status status);
  void add_stats();
  /// Answers every action that is still open with an error.
  void answer_open(const agent::View& view, std::string_view error);
  /// The last user message, as a state update.
  void set_last_user_message(const std::string& id);

  State& state() { return state_; }
  const State& state() const { return state_; }
  std::vector<events::Draft> take_drafts() { return std::move(drafts_); }

 private:
  State state_;
  const llm::UsageLedger& usage_;
  std::vector<events::Draft> drafts_;
};

class Journal {
 public:
  /// `claim`: what each append is checked against; nothing: no other server can be there. `lost` is called,
  /// once, when it does not fit any more.
  Journal(const Strand& strand, events::EventLog& log, State state, llm::UsageLedger usage,
          std::optional<storage::Claim> claim, std::function<void()> lost);

  const State& state() const { return state_; }
  const std::optional<storage::Claim>& claim() const { return claim_; }
  const std::string& id() const { return state_.setup->id; }
  llm::UsageLedger& usage() { return usage_; }
  const agent::View& view() const { return view_; }

  /// Fills a batch while nobody else appends, and commits it. `build` may add nothing; then nothing is
  /// written unless the state changed. The state stays as it was when the log refuses.
  asio::awaitable<Result<void>> append(std::function<void(Batch&)> build);

  /// Reads the log into the view, once; appends do it by themselves before their first.
  asio::awaitable<Result<void>> load_view();

  /// Sends the whole state to everybody who is subscribed.
  void broadcast_full_state();
  void broadcast(std::string frame);
  /// The same for any thread; it may outlive this object, not the log.
  std::function<void(std::string frame)> broadcaster() const;
  std::string full_state_frame() const;

  /// The log refuses: the run can't go on. What clients see must not stay "running"; the next start repairs
  /// the rest.
  void mark_failed() { state_.status = Status::kError; }

 private:
  asio::awaitable<Result<void>> build_and_commit(const std::function<void(Batch&)>& build);
  asio::awaitable<Result<void>> commit(Batch batch);

  Strand strand_;
  events::EventLog& log_;
  State state_;
  llm::UsageLedger usage_;
  agent::View view_;
  std::int64_t view_seq_ = 0;
  bool view_loaded_ = false;
  const std::optional<storage::Claim> claim_;
  std::function<void()> lost_;
  AsyncMutex mutex_;
};

}  // namespace collet::conversation
