// WebSocket /sockets/bash-pty/{pty_id}: what a terminal shows, and what is typed.
#pragma once
#include <functional>

#include "collet/plugin.hpp"
#include "pty/pty_service.hpp"

namespace collet::bash {

/// `ptys` and `sessions` give them while the plugin is started.
void add_pty_socket(Setup& setup, std::function<PtyService&()> ptys, std::function<Sessions()> sessions);

}  // namespace collet::bash
