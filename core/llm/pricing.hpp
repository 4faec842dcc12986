// What a call cost.
#pragma once
#include "llm/provider.hpp"

namespace collet::llm {

/// US dollars by the configured prices per token, else by the table of models; 0 where neither has one. Pure.
double cost_of(const Config& config, const Usage& usage);

}  // namespace collet::llm
