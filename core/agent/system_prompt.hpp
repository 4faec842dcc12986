// The system prompt of the agent: its own text, what the client adds, and the facts of the workspace.
#pragma once
#include <string>
#include <string_view>

#include "collet/json.hpp"

namespace collet::agent {

/// `agent`: the agent document. `system_prompt` in it replaces our text;
/// `agent_context.system_message_suffix` is added behind it; then the names of the secrets.
/// `secrets`: JSON object {NAME: {"description": …}}; values are not looked at.
std::string system_prompt_text(const json::Value& agent, std::string_view working_dir,
                               std::string_view secrets);

}  // namespace collet::agent
