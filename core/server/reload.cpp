#include "server/reload.hpp"

namespace collet::server {

Reload plan_reload(const Config& running, const Config& fresh) {
  Reload plan{running, {}, {}};
  for (const auto& key : changed_keys(running, fresh)) {
    const bool can_change = key == "session_api_keys" || key.starts_with("log.");
    (can_change ? plan.taken : plan.needs_restart).push_back(key);
  }
  plan.config.session_api_keys = fresh.session_api_keys;
  plan.config.log = fresh.log;
  return plan;
}

}  // namespace collet::server
