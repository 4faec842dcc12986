// The /api/bash routes: JSON and HTTP on the outside, CommandService and EventHistory inside.
#pragma once
#include <functional>

#include "collet/plugin.hpp"
#include "commands/command_service.hpp"
#include "commands/event_history.hpp"

namespace collet::bash {

/// What the routes work on while the plugin is started.
struct BashRouteParts {
  CommandService& commands;
  EventHistory& history;
};

void add_bash_routes(Setup& setup, std::function<BashRouteParts()> parts);

}  // namespace collet::bash
