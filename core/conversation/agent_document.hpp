// The agent's JSON document, made complete: what clients leave out gets the reference's defaults, in the
// order in which the wire shows it. Pure functions.
#pragma once
#include "collet/json.hpp"

namespace collet::conversation {

/// From the `agent` of a start request, which has been validated. Members that an agent doesn't have are
/// dropped; keys that are blank, or the stars as which they are shown, are null.
json::Document complete_agent(const json::Value& given);

/// From `agent_settings` (of a start request or of the settings document), with the usual tools when it names
/// none.
json::Document agent_from_settings(const json::Value& settings);

}  // namespace collet::conversation
