// When to try again. Pure functions.
#pragma once
#include <optional>
#include <string_view>

#include "base/time.hpp"
#include "llm/provider.hpp"

namespace collet::llm {

/// Seconds before the attempt after attempt number `attempt` (1 = the first): exponential between
/// retry_min_wait and retry_max_wait, plus up to a tenth by `jitter` (0…1), so that many calls refused
/// together do not come back together. What the endpoint asked for goes first, but never beyond
/// retry_max_wait.
double wait_before_retry(const Config& config, int attempt, std::optional<double> retry_after, double jitter);

/// A Retry-After header, seconds or HTTP date, as seconds from `now`; nothing when it is neither.
std::optional<double> parse_retry_after(std::string_view header, Micros now);

}  // namespace collet::llm
