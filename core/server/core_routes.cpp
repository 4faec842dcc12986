#include "server/core_routes.hpp"

#include "api/auth_api.hpp"
#include "api/conversations_api.hpp"
#include "api/events_api.hpp"
#include "api/metrics_api.hpp"
#include "api/plain_reads.hpp"
#include "api/plugins_api.hpp"
#include "api/secrets_api.hpp"
#include "api/server_api.hpp"
#include "api/settings_api.hpp"
#include "server/version.hpp"

namespace collet::server {
namespace {

api::PlainReads reads(Parts& p) {
  return {p.audit, [&p](const http::Request& request) { return p.guard.caller(request); }};
}

Result<void> add_router(std::string_view name, Parts& p, api::Initialization& initialization) {
  if (name == "server")
    return api::add_server_routes(
        p.router, {std::string(kVersion), p.tools, p.activity, [&p] { return p.not_ready(); }});
  if (name == "init") return api::add_init_routes(p.router, initialization);
  if (name == "conversations") return api::add_conversation_routes(p.router, p.conversations, p.ring);
  if (name == "events") return api::add_event_routes(p.router, p.conversations, p.log);
  if (name == "settings") return api::add_settings_routes(p.router, p.settings, reads(p));
  if (name == "secrets") return api::add_secret_routes(p.router, p.secret_store, reads(p));
  if (name == "plugins") return api::add_plugin_routes(p.router, [&p] { return p.plugin_status(); });
  if (name == "openapi") return p.docs.add_routes(p.router);
  if (name == "sockets") return p.event_sockets.add_route(p.router);
  if (name == "auth")
    return api::add_auth_routes(
        p.router, {[&p](const http::Request& request) { return p.guard.open_workspace(request); },
                   &auth::Guard::close_workspace});
  if (name == "metrics")
    return api::add_metrics_route(p.router, p.public_metrics, [&p] { return p.metrics.text(p.snapshot()); });
  return internal("there is no router " + std::string(name));
}

}  // namespace

Result<void> add_core_routes(Parts& parts, api::Initialization& initialization,
                             const std::set<std::string>& off) {
  for (const auto name : kRouters) {
    if (off.contains(std::string(name))) continue;
    if (auto added = add_router(name, parts, initialization); !added) return added;
  }
  return {};
}

}  // namespace collet::server
