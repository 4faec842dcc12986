// The plugin's "tools" as tools of the agent.
#pragma once
#include <string>

#include "agent/tool.hpp"
#include "base/result.hpp"

namespace collet::plugins {

class Guest;

/// The queue of a plugin's tool calls.
std::string tool_queue(const std::string& plugin);

/// Registers the guest's tools, all or none. kInvalid: one is malformed or there already.
Result<void> register_tools(Guest& guest, agent::ToolRegistry& registry);

/// Asks for the end of all calls that are in the plugin.
void cancel_tool_calls(Guest& guest);

}  // namespace collet::plugins
