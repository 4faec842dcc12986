#include "server/reload.hpp"

namespace collet::server {

Reload plan_reload(const Config& running, const Config& fresh) {
  Reload plan{running, {}, {}};
  for (const auto& key : changed_keys(running, fresh)) {
    // Those of a server that was dormant came with its initialization, and count still.
    const bool can_change = key.starts_with("log.") || (key == "session_api_keys" && !running.deferred_init);
    (can_change ? plan.taken : plan.needs_restart).push_back(key);
  }
  if (!running.deferred_init) plan.config.session_api_keys = fresh.session_api_keys;
  plan.config.log = fresh.log;
  return plan;
}

}  // namespace collet::server
