// What a call cost.
#pragma once
#include "llm/provider.hpp"

namespace collet::llm {

/// US dollars by the configured prices per token; 0 when none is configured. Pure.
double cost_of(const Config& config, const Usage& usage);

}  // namespace collet::llm
