#include "agent/stuck_detector.hpp"

#include <functional>

namespace collet::agent {

bool StuckDetector::add(std::string_view action, std::string_view outcome, bool is_error) {
  const std::size_t this_action = std::hash<std::string_view>{}(action);
  // Errors may word the same failure differently each time.
  const std::size_t this_outcome = is_error ? 1 : std::hash<std::string_view>{}(outcome);
  const bool same = repeats_ > 0 && this_action == last_action_ && this_outcome == last_outcome_;
  repeats_ = same ? repeats_ + 1 : 1;
  last_action_ = this_action;
  last_outcome_ = this_outcome;
  return repeats_ >= (is_error ? kSameError : kSameOutcome);
}

}  // namespace collet::agent
