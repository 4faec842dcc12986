// Notices an agent that does the same again and again. Fed with each action and its outcome; one per run.
#pragma once
#include <cstddef>
#include <string_view>

namespace collet::agent {

class StuckDetector {
 public:
  /// `thresholds` of the reference: the same action with the same observation four times in a row, or the
  /// same action with an error three times in a row.
  static constexpr int kSameOutcome = 4;
  static constexpr int kSameError = 3;

  /// Records one action and what came of it; true when the agent is stuck now.
  bool add(std::string_view action, std::string_view outcome, bool is_error);
  /// A user message: what was repeated before does not count.
  void reset() { repeats_ = 0; }

 private:
  std::size_t last_action_ = 0;
  std::size_t last_outcome_ = 0;
  int repeats_ = 0;
};

}  // namespace collet::agent
