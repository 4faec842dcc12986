#include "llm/pricing.hpp"

#include <algorithm>
#include <cstdint>

#include "llm/model_table.hpp"

namespace collet::llm {

double cost_of(const Config& config, const Usage& usage) {
  const auto tokens = [](std::int64_t count) {
    return static_cast<double>(std::max<std::int64_t>(count, 0));
  };
  if (config.input_cost_per_token || config.output_cost_per_token)
    return tokens(usage.prompt_tokens) * config.input_cost_per_token.value_or(0) +
           tokens(usage.completion_tokens) * config.output_cost_per_token.value_or(0);
  const auto prices = prices_of(config.model);
  if (!prices) return 0;
  const double read = tokens(usage.cache_read_tokens), written = tokens(usage.cache_write_tokens);
  const double others = std::max(tokens(usage.prompt_tokens) - read - written, 0.0);
  return others * prices->input + read * prices->cache_read + written * prices->cache_write +
         tokens(usage.completion_tokens) * prices->output;
}

}  // namespace collet::llm
