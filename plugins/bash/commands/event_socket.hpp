// WebSocket /sockets/bash-events: commands in, bash events out.
#pragma once
#include <functional>
#include <string_view>

#include "collet/plugin.hpp"
#include "commands/command_service.hpp"
#include "commands/event_feed.hpp"

namespace collet::bash {

/// What the socket works on while the plugin is started.
struct EventSocketParts {
  CommandService& commands;
  EventFeed& feed;
};

void add_event_socket(Setup& setup, std::function<EventSocketParts()> parts);

}  // namespace collet::bash
