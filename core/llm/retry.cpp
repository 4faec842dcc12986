#include "llm/retry.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>
#include <string>

namespace collet::llm {

double wait_before_retry(const Config& config, int attempt, std::optional<double> retry_after,
                         double jitter) {
  const double most = std::max(config.retry_max_wait, 0.0);
  if (retry_after) return std::clamp(*retry_after, 0.0, most);
  const double grown = config.retry_multiplier * std::exp2(std::clamp(attempt, 1, 64) - 1);
  return std::min(std::max(grown, config.retry_min_wait), most) * (1 + 0.1 * std::clamp(jitter, 0.0, 1.0));
}

std::optional<double> parse_retry_after(std::string_view header, Micros now) {
  double seconds = 0;
  const auto [end, error] = std::from_chars(header.data(), header.data() + header.size(), seconds);
  if (error == std::errc() && end == header.data() + header.size())
    return std::isfinite(seconds) && seconds >= 0 ? std::optional<double>(seconds) : std::nullopt;
  const std::time_t date = curl_getdate(std::string(header).c_str(), nullptr);
  if (date == -1) return std::nullopt;
  return std::max(0.0, static_cast<double>(date) - static_cast<double>(now) / 1e6);
}

}  // namespace collet::llm
