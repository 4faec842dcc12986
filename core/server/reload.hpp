// SIGHUP: which changes of the configuration a running server takes.
#pragma once
#include <string>
#include <vector>

#include "server/config.hpp"

namespace collet::server {

struct Reload {
  Config config;                           ///< the running one with what can change taken from the fresh one
  std::vector<std::string> taken;          ///< keys that changed and are in it
  std::vector<std::string> needs_restart;  ///< keys that changed and are not
};

/// What becomes of a server that runs with `running` when its configuration is read again as `fresh`.
Reload plan_reload(const Config& running, const Config& fresh);

}  // namespace collet::server
