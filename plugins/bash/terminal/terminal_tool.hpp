// The tool "terminal": JSON on the outside, one Terminal per conversation inside.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "collet/tool.hpp"
#include "system/event_loop.hpp"
#include "system/launcher.hpp"
#include "terminal/terminal.hpp"
#include "terminal/terminal_observation.hpp"

namespace collet::bash {

/// The terminals of all conversations. Methods may be called from any thread; the work is done on the loop's.
class TerminalPool {
 public:
  /// `defaults`: the options of each terminal but its working_dir.
  /// What hides the secrets of a conversation in its terminal's output. Throws when there is no such
  /// conversation.
  using MaskFor = std::function<Terminal::Mask(const std::string& conversation)>;

  TerminalPool(std::shared_ptr<EventLoop> loop, Launcher& launcher, Terminal::Options defaults,
               MaskFor mask_for, std::function<void(const std::string&)> warn);
  ~TerminalPool();  ///< ends all terminals; not on the loop's thread
  TerminalPool(const TerminalPool&) = delete;
  TerminalPool& operator=(const TerminalPool&) = delete;

  /// `done` gets the observation, on the loop's thread, exactly once.
  void submit(const std::string& conversation, const std::string& working_dir, TerminalCall call,
              std::function<void(std::string observation)> done);
  void cancel(const std::string& conversation, const std::string& call_id);
  void close(const std::string& conversation);

 private:
  std::shared_ptr<Terminal> open(const std::string& conversation, const std::string& working_dir);

  const std::shared_ptr<EventLoop> loop_;
  Launcher& launcher_;
  const Terminal::Options defaults_;
  const MaskFor mask_for_;
  const std::function<void(const std::string&)> warn_;
  const HostNames names_;
  // Of the loop's thread:
  std::map<std::string, std::shared_ptr<Terminal>> terminals_;
  std::deque<std::pair<std::string, std::string>> cancelled_early_;  // conversation and call; the last few
};

class TerminalTool final : public Tool {
 public:
  /// `pool` gives the pool while the plugin is started.
  explicit TerminalTool(std::function<TerminalPool&()> pool) : pool_(std::move(pool)) {}
  ToolInfo info() const override;
  void start(ToolCall call, ToolReply reply) override;
  void cancel(const std::string& conversation, const std::string& call_id) override;
  void conversation_closed(const std::string& conversation) override;

 private:
  const std::function<TerminalPool&()> pool_;
};

/// The arguments of a call, with its id and folder. Throws std::invalid_argument when they are no JSON
/// object.
TerminalCall parse_terminal_call(const ToolCall& call);

}  // namespace collet::bash
