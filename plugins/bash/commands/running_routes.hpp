// /api/bash/commands: the commands that run now, signals for them, and their end.
#pragma once
#include <functional>

#include "collet/plugin.hpp"
#include "commands/command_service.hpp"

namespace collet::bash {

/// `commands` gives the service while the plugin is started.
void add_running_routes(Setup& setup, std::function<CommandService&()> commands);

}  // namespace collet::bash
