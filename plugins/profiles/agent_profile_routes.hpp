// /api/agent-profiles, and the starts of conversations that name one.
#pragma once
#include "agent_profiles.hpp"
#include "collet/plugin.hpp"

namespace collet::profiles {

/// `profiles` must outlive the plugin's instance.
void add_agent_profile_routes(Setup& setup, AgentProfiles& profiles);

}  // namespace collet::profiles
