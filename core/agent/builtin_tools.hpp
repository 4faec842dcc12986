// The tools that every agent has: `finish` ends the run with a message, `think` only records a thought. They
// are part of the agent and not listed at /api/tools/.
#pragma once
#include <memory>

#include "agent/tool.hpp"

namespace collet::agent {

inline constexpr std::string_view kFinishTool = "finish";
inline constexpr std::string_view kThinkTool = "think";

std::shared_ptr<Tool> make_finish_tool();
std::shared_ptr<Tool> make_think_tool();

}  // namespace collet::agent
