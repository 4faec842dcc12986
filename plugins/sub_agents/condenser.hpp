#pragma once
#include <string>

#include "collet/json.hpp"

namespace collet::sub_agents {

/// How an agent's history is kept short, as JSON text without secrets: null for "default", `true` or null;
/// the kind NoOpCondenser for "none" or `false`; else an object with a known kind. Pure. Throws
/// skill_files::FileError.
std::string shown_condenser(const json::Value* given);

}  // namespace collet::sub_agents
