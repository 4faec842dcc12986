// Tools for agents.
#pragma once
#include <chrono>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "collet/abi/tools.h"
#include "collet/cancellation.hpp"
#include "collet/detail/text.hpp"

namespace collet {

struct ToolInfo {
  std::string name = {};         ///< as the model calls it, unique in the server
  std::string description = {};  ///< for the model
  /// JSON schema text (type object) of the arguments. collet/abi/tools.h says which keywords the server
  /// checks (bounds, lengths and types; not `pattern`), and that unknown arguments pass unless
  /// additionalProperties is false.
  std::string parameters = {};
  std::string action_kind = {};       ///< "TerminalAction"; empty: a tool that clients see in the MCP form
  std::string observation_kind = {};  ///< "TerminalObservation"
  std::string tool_kind = {};         ///< "TerminalTool"
  std::string annotations = {};       ///< JSON object text; empty: {}
  std::string title = {};             ///< may be empty
  bool listed = true;                 ///< shown in the list of tools
  bool takes_environment = false;     ///< calls get the secrets that their action names: it runs commands
};

/// The observation of a tool that answers in words, as JSON text. `is_error`: the model is told that it did
/// not work.
inline std::string text_observation(std::string_view text, bool is_error = false) {
  return R"({"content":[{"cache_prompt":false,"type":"text","text":)" + detail::json_quoted(text) +
         R"(}],"is_error":)" + (is_error ? "true}" : "false}");
}

/// One call. A plain value.
struct ToolCall {
  std::string conversation = {};  ///< id, UUID with dashes
  std::string call_id;            ///< the id of its ActionEvent: no other call has it
  std::string action = {};        ///< JSON object text: checked against the parameters, defaults filled in
  std::string working_dir = {};   ///< absolute
  std::string save_dir = {};      ///< absolute; where long outputs of this conversation may be kept
  Pairs environment = {};  ///< variables for this call's command alone: secrets, never to be kept or shown
};

namespace detail {

/// The call whose Tool::start is running on this thread.
inline thread_local collet_handle starting_call = 0;

}  // namespace detail

/// Finishes one call, exactly once, from any thread, now or later. Destroyed unfinished: fails.
class ToolReply {
 public:
  explicit ToolReply(collet_tool_reply reply) : reply_(reply) {}
  ToolReply(ToolReply&& other) noexcept : reply_(std::exchange(other.reply_, collet_tool_reply{})) {}
  ToolReply& operator=(ToolReply&& other) noexcept {
    if (this != &other) {
      drop();
      reply_ = std::exchange(other.reply_, collet_tool_reply{});
    }
    return *this;
  }
  ToolReply(const ToolReply&) = delete;
  ToolReply& operator=(const ToolReply&) = delete;
  ~ToolReply() { drop(); }

  /// `observation_json`: an object with content, is_error and the kind's own fields, without `kind`.
  void done(const std::string& observation_json) { finish(COLLET_OK, observation_json); }
  /// The tool itself failed; `error` is one line for the model.
  void fail(const std::string& error) { finish(COLLET_INTERNAL, error); }
  /// Something to show meanwhile.
  void progress(std::string_view text) {
    if (reply_.progress != nullptr) reply_.progress(reply_.context, reply_.handle, detail::to_str(text));
  }

 private:
  void finish(collet_status status, std::string_view text) noexcept {
    const auto reply = std::exchange(reply_, collet_tool_reply{});
    if (reply.finish != nullptr) reply.finish(reply.context, reply.handle, status, detail::to_str(text));
  }
  void drop() noexcept {
    // start() is being left by an exception: whoever called it knows the reason better.
    if (reply_.handle != 0 && reply_.handle == detail::starting_call && std::uncaught_exceptions() > 0)
      return;
    finish(COLLET_INTERNAL, "The tool ended without an observation.");
  }

  collet_tool_reply reply_;
};

class Tool {
 public:
  Tool() = default;
  Tool(const Tool&) = delete;
  Tool& operator=(const Tool&) = delete;
  virtual ~Tool() = default;

  /// Always the same.
  virtual ToolInfo info() const = 0;
  /// Starts a call and returns soon; called on the plugin's queue, several at once. What it throws is the
  /// call's failure.
  virtual void start(ToolCall call, ToolReply reply) = 0;
  /// Asks for the end of a call, which still owes its end. Any thread, also during start; must not block.
  virtual void cancel([[maybe_unused]] const std::string& conversation,
                      [[maybe_unused]] const std::string& call_id) {}
  /// The conversation is gone: free what is kept for it. On the plugin's queue.
  virtual void conversation_closed([[maybe_unused]] const std::string& conversation) {}
};

/// A blocking call while it runs. Any thread; good until BlockingTool::run has returned.
class RunningCall {
 public:
  RunningCall(const Cancellation& cancellation, ToolReply& reply)
      : cancellation_(cancellation), reply_(reply) {}
  RunningCall(const RunningCall&) = delete;
  RunningCall& operator=(const RunningCall&) = delete;

  /// Whether the call is not wanted any more.
  bool cancelled() const { return cancellation_.cancelled(); }
  /// Waits, but not beyond the cancellation. True: cancelled.
  bool wait_for(std::chrono::milliseconds limit) const { return cancellation_.wait_for(limit); }
  /// A copy may outlive the call.
  const Cancellation& cancellation() const { return cancellation_; }
  /// Something to show meanwhile.
  void progress(std::string_view text) const { reply_.progress(text); }

 private:
  const Cancellation& cancellation_;
  ToolReply& reply_;
};

/// A tool whose calls block: `run` works on the plugin's queue and returns the observation.
class BlockingTool : public Tool {
 public:
  void start(ToolCall call, ToolReply reply) final {
    const detail::RunningCalls<Key>::Entry entry(running_, {call.conversation, call.call_id});
    try {
      reply.done(run(call, RunningCall(entry.cancellation(), reply)));
    } catch (...) {
      reply.fail(detail::current_error());
    }
  }
  void cancel(const std::string& conversation, const std::string& call_id) final {
    running_.cancel({conversation, call_id});
  }

 protected:
  /// Returns the observation (see ToolReply::done); what it throws is the call's failure. Looks at `running`
  /// while it waits.
  virtual std::string run(const ToolCall& call, const RunningCall& running) = 0;

 private:
  using Key = std::pair<std::string, std::string>;

  detail::RunningCalls<Key> running_;
};

}  // namespace collet
