#pragma once
#include <vector>

#include "agent_definition.hpp"

namespace collet::sub_agents {

/// The agents that come with the server, sorted by name.
std::vector<AgentDefinition> builtin_agents();

}  // namespace collet::sub_agents
