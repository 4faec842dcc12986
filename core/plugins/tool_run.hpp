// One call of a plugin's tool, from the agent's start to the plugin's finish.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "agent/tool.hpp"
#include "collet/abi/tools.h"

namespace collet::plugins {

class Guest;

/// All methods may be called from any thread.
class ToolRun {
 public:
  ToolRun(Guest& guest, const collet_tools& table, std::uint32_t tool, const agent::ToolCall& call,
          std::function<void(agent::ToolOutcome)> done);
  /// Whatever happened to it, the agent gets its answer.
  ~ToolRun();
  ToolRun(const ToolRun&) = delete;
  ToolRun& operator=(const ToolRun&) = delete;

  /// Enters the plugin; may block as long as it does.
  void begin(const std::shared_ptr<ToolRun>& self, const agent::ToolCall& call);
  /// Tells the agent, once.
  void finish(agent::ToolOutcome outcome);
  void fail(std::string error);
  /// The agent wants it no more.
  void cancel();
  /// The same, where the caller knows that the plugin may still be entered.
  void cancel_inside();

 private:
  Guest& guest_;
  const collet_tools& table_;
  const std::uint32_t tool_;
  const std::string conversation_, call_id_;
  std::function<void(agent::ToolOutcome)> done_;
  std::atomic<bool> finished_ = false, begun_ = false, cancelled_ = false;
};

}  // namespace collet::plugins
