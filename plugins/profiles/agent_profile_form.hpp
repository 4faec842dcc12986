// What an agent profile is: its members by kind, their types and defaults.
#pragma once
#include <string>

#include "collet/host.hpp"
#include "collet/json.hpp"

namespace collet::profiles {

/// The profile from the body of a request, checked and completed, without id and revision, which are not the
/// client's to say. Throws a Refusal (422).
json::Document read_agent_profile(Host& host, const json::Value& body, const std::string& name);

/// A profile that does what the settings (JSON document) do. `llm_profile`: its name.
json::Document agent_profile_of(Host& host, const json::Value& settings, const std::string& name,
                                const std::string& llm_profile);

}  // namespace collet::profiles
