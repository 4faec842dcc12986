// One call of a plugin's tool, from the agent's start to the plugin's finish.
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "agent/tool.hpp"
#include "collet/abi/tools.h"
#include "plugins/deadlines.hpp"
#include "plugins/plugin_status.hpp"

namespace collet::plugins {

class Guest;

/// All methods may be called from any thread.
class ToolRun {
 public:
  ToolRun(Guest& guest, const collet_tools& table, std::uint32_t tool, std::string name,
          const agent::ToolCall& call, std::function<void(agent::ToolOutcome)> done);
  /// Whatever happened to it, the agent gets its answer.
  ~ToolRun();
  ToolRun(const ToolRun&) = delete;
  ToolRun& operator=(const ToolRun&) = delete;

  /// From now on the call has a deadline. Then the tool is asked to cancel; what it finishes with within the
  /// grace time still counts; after that the call has failed, whatever the tool does.
  void watch(const std::shared_ptr<ToolRun>& self);
  /// Enters the plugin; may block as long as it does.
  void begin(const std::shared_ptr<ToolRun>& self, const agent::ToolCall& call);
  /// Tells the agent, once.
  void finish(agent::ToolOutcome outcome);
  void fail(std::string error);
  /// Keeps the newest text of the plugin's progress, its first 4 KiB.
  void note_progress(std::string_view text);
  /// The plugin's last error, as operators see it.
  void note_failure(std::string_view words);
  RunningCall describe() const;
  /// The agent wants it no more. Never waits for the plugin, which is asked on a thread for cancels.
  void cancel(const std::shared_ptr<ToolRun>& self);
  /// Asks the plugin, for as long as its cancel takes, where the caller knows that it may still be entered.
  void cancel_inside();

 private:
  void expire(const std::shared_ptr<ToolRun>& self);
  void give_up();
  std::string masked(std::string_view text) const;
  /// Watches for the next deadline in place of the last.
  void set_deadline(Deadlines::Time when, std::function<void()> due);

  Guest& guest_;
  const collet_tools& table_;
  const std::uint32_t tool_;
  const std::string name_;
  const std::string conversation_, call_id_;
  std::function<void(agent::ToolOutcome)> done_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  mutable std::mutex mutex_;  // guards progress_ and deadline_
  std::string progress_;
  std::atomic<bool> finished_ = false, begun_ = false, cancelled_ = false;
  std::atomic<std::uint64_t> handle_ = 0;  // 0: not in the plugin yet
  std::optional<Deadlines::Handle> deadline_;
};

}  // namespace collet::plugins
