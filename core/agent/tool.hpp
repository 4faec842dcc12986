// What the agent knows of tools. Plugins' tools are behind the same interface (core/plugins).
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace collet::agent {

/// A tool as models and clients see it. JSON texts are checked when the tool is registered.
struct ToolDescription {
  std::string name;         ///< "terminal"
  std::string description;  ///< for the model
  std::string parameters;   ///< JSON schema (object) of the arguments; "default" values are filled in
  std::string action_kind;  ///< "TerminalAction"; empty: a tool the wire does not know (MCP form, design 5)
  std::string observation_kind;    ///< "TerminalObservation"
  std::string tool_kind;           ///< "TerminalTool"
  std::string annotations;         ///< JSON object: readOnlyHint, …; as in SystemPromptEvent.tools
  std::string title;               ///< may be empty
  std::string plugin;              ///< who brings it: "core" or the plugin's name
  bool listed = true;              ///< at /api/tools/
  bool takes_environment = false;  ///< calls get the secrets that they name: it runs commands
};

/// One call. A plain value.
struct ToolCall {
  std::string conversation;  ///< id, UUID with dashes
  std::string call_id;       ///< of its ActionEvent: endpoints may give two calls one id
  std::string action;        ///< JSON object: validated arguments with defaults, without `kind`
  std::string working_dir;   ///< of the conversation's workspace, absolute
  std::string save_dir;      ///< where a tool may keep long outputs of this conversation, absolute
  /// Variables for the command of this call alone: secrets.
  std::vector<std::pair<std::string, std::string>> environment = {};
};

struct ToolOutcome {
  std::string observation;  ///< JSON object without `kind`: content, is_error and the kind's own fields
  std::string error;        ///< not empty: the tool itself failed; becomes an AgentErrorEvent
};

/// A running call. Destroying it asks the tool to cancel; `done` may still come and is then ignored.
class RunningCall {
 public:
  virtual ~RunningCall() = default;
};

class Tool {
 public:
  virtual ~Tool() = default;
  virtual const ToolDescription& description() const = 0;
  /// False: calls fail, because who brings it has failed or was stopped. Any thread.
  virtual bool usable() const { return true; }
  /// Starts a call; never blocks. `done` exactly once, from any thread.
  virtual std::unique_ptr<RunningCall> start(ToolCall call, std::function<void(ToolOutcome)> done) = 0;
  /// The conversation was deleted: end whatever is kept for it. Never blocks.
  virtual void close_conversation(const std::string& conversation) = 0;
};

/// All tools by name. Built before the server listens, then only read.
class ToolRegistry {
 public:
  /// False: a tool of this name is there already (its plugin: owner_of).
  bool add(std::shared_ptr<Tool> tool);
  Tool* find(std::string_view name) const;
  const std::vector<std::shared_ptr<Tool>>& all() const { return tools_; }

 private:
  std::vector<std::shared_ptr<Tool>> tools_;
};

}  // namespace collet::agent
