// One run: the loop of model calls and tool calls from "running" until the agent finishes, waits, fails or is
// stopped.
//
// Belongs to the conversation's strand; holds no thread while it waits.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/stuck_detector.hpp"
#include "agent/tool_definitions.hpp"
#include "conversation/conversation_secrets.hpp"
#include "conversation/journal.hpp"
#include "llm/provider.hpp"

namespace collet::conversation {

/// What an action's answer says when a crash kept it from being recorded.
inline constexpr std::string_view kOutcomeUnknown =
    "The server ended while this tool call was running; its outcome is unknown.";

/// What such an answer says when the log has the action with secrets hidden, and nobody has it as it was.
inline constexpr std::string_view kRealActionGone =
    "Nothing was done: a secret in this tool call is hidden in the log, and the server has the call no "
    "longer as it "
    "was written. Make the call again.";

/// What tools get of actions whose events hold kHidden, by the events' ids: until an action has its answer.
/// Nowhere but in memory. On the conversation's strand.
using RealActions = std::map<std::string, std::string>;

/// What a run needs to know of its conversation. Made once per conversation.
struct Equipment {
  llm::Config llm;
  agent::Toolbox tools;
  std::string tools_for_model;
  std::string save_dir;  ///< for long outputs of tools
  std::size_t tool_concurrency = 1;
  llm::Provider* provider = nullptr;
  std::shared_ptr<ConversationSecrets> secrets;
};

class Run : public std::enable_shared_from_this<Run> {
 public:
  /// `real_actions` live as long as the conversation: a confirmed action is carried out by another run.
  Run(const Strand& strand, Journal& journal, const Equipment& equipment, RealActions& real_actions);

  /// Runs to its end. Leaves a settled status in the journal.
  asio::awaitable<void> execute();

  /// Ends the run as soon as possible: a model call is cancelled, a tool call given up. `how` is recorded.
  enum class Stop { kInterrupt, kShutdown };
  void stop(Stop how);
  bool stopped() const { return stopped_; }

  /// A message came while the run was busy: the run must not end before the model has seen it.
  void note_message() { unseen_message_ = true; }

 private:
  enum class Next { kGoOn, kEnd };

  asio::awaitable<Next> begin();
  asio::awaitable<Next> step(bool last_allowed);
  asio::awaitable<void> read_secrets();
  asio::awaitable<std::optional<llm::Outcome>> ask_model();
  asio::awaitable<Next> take_text(const llm::Response& response, bool last_allowed);
  asio::awaitable<Next> take_calls(const llm::Response& response, bool last_allowed);
  asio::awaitable<Next> carry_out(bool last_allowed);
  asio::awaitable<std::optional<agent::ToolOutcome>> call_tool(agent::OpenAction open);
  std::optional<std::string> take_real_action(const agent::OpenAction& open);
  asio::awaitable<std::optional<Environment>> environment_for(std::string arguments);
  asio::awaitable<Next> fail(llm::Failure failure);
  asio::awaitable<Next> record_stop();
  asio::awaitable<Next> append(std::function<void(Batch&)> build);

  void add_answer(Batch& batch, const agent::OpenAction& open, const agent::ToolOutcome& outcome);
  void end_step(Batch& batch, bool finished, bool last_allowed);

  Strand strand_;
  Journal& journal_;
  const Equipment& equipment_;
  RealActions& real_actions_;
  agent::StuckDetector stuck_;
  std::vector<std::function<void()>> cancels_;  ///< of what is being waited for now
  bool stopped_ = false;
  bool seems_stuck_ = false;
  bool unseen_message_ = false;
  Stop stop_how_ = Stop::kInterrupt;
};

}  // namespace collet::conversation
