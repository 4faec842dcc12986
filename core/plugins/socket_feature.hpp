// The plugin's "sockets" as WebSocket endpoints of the server.
#pragma once
#include <string>

#include "base/result.hpp"
#include "http/router.hpp"

namespace collet::plugins {

class Guest;

/// The queue of what a plugin is told of its sessions.
std::string session_queue(const std::string& plugin);

/// Registers the guest's endpoints, owned by its name. An upgrade is refused with 503 while it is not started
/// and with 403 once it is refused. kInvalid: an endpoint is malformed or there already; those before it
/// stay.
Result<void> register_sockets(Guest& guest, http::Router& router);

/// Closes all sessions (1001); the plugin is told of each end.
void close_sessions(Guest& guest);

}  // namespace collet::plugins
