#include "llm/pricing.hpp"

namespace collet::llm {

double cost_of(const Config& config, const Usage& usage) {
  return static_cast<double>(usage.prompt_tokens) * config.input_cost_per_token.value_or(0) +
         static_cast<double>(usage.completion_tokens) * config.output_cost_per_token.value_or(0);
}

}  // namespace collet::llm
