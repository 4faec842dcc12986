// /api/profiles, and the change of the settings that makes a profile active.
#pragma once
#include "collet/plugin.hpp"
#include "llm_profiles.hpp"

namespace collet::profiles {

/// Both must outlive the plugin's instance.
void add_llm_profile_routes(Setup& setup, LlmProfiles& profiles);

}  // namespace collet::profiles
