// /api/bash/pty: opens, lists and removes terminals for people.
#pragma once
#include <functional>
#include <string>

#include "collet/plugin.hpp"
#include "pty/pty_service.hpp"

namespace collet::bash {

/// What the routes work on while the plugin is started.
struct PtyRouteParts {
  PtyService& ptys;
  const std::string& default_dir;
};

void add_pty_routes(Setup& setup, std::function<PtyRouteParts()> parts);

}  // namespace collet::bash
