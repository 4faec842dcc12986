// The tool "task_tracker": an agent's plan for its conversation.
#pragma once
#include <string>

#include "collet/host.hpp"
#include "collet/tool.hpp"
#include "task_list.hpp"

namespace collet::tools {

/// Keeps nothing: the list is the one in the newest observation of this tool in the conversation's log. So it
/// outlives a restart, goes to another server and into forks with the log, and is gone with it.
class TaskTrackerTool final : public BlockingTool {
 public:
  /// `host` outlives it.
  explicit TaskTrackerTool(Host& host) : host_(host) {}
  ToolInfo info() const override;

 protected:
  std::string run(const ToolCall& call, const RunningCall& running) override;

 private:
  TaskList current(const std::string& conversation, const RunningCall& running) const;

  Host& host_;
};

}  // namespace collet::tools
