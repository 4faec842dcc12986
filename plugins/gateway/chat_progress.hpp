// How far a conversation has come with what was asked of it, told by its events.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace collet::gateway {

/// One thread.
class ChatProgress {
 public:
  /// The next event, JSON text. Gives the conversation's status when the run has ended with it.
  std::optional<std::string> take(std::string_view event);

  /// What the agent has said last.
  const std::string& text() const { return text_; }
  /// How often it has said something since it was asked.
  int times() const { return times_; }
  /// Why the run failed, one line for people; empty: it did not, or nothing was said.
  const std::string& failure() const { return failure_; }

 private:
  void say(std::string text);

  bool asked_ = false, running_ = false;
  int times_ = 0;
  std::string text_, failure_;
};

}  // namespace collet::gateway
