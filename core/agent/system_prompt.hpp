// The system prompt of the agent: its own text, what the client adds, and the facts of the workspace.
#pragma once
#include <string>

#include "collet/json.hpp"

namespace collet::agent {

/// `agent`: the agent document. `system_prompt` in it replaces our text;
/// `agent_context.system_message_suffix` is added at the end.
std::string system_prompt_text(const json::Value& agent, std::string_view working_dir);

}  // namespace collet::agent
