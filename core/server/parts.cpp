#include "server/parts.hpp"

#include "agent/builtin_tools.hpp"
#include "base/log.hpp"
#include "server/core_routes.hpp"
#include "server/master_key.hpp"
#include "server/part_options.hpp"
#include "server/version.hpp"

namespace collet::server {
namespace {

constexpr std::chrono::seconds kRunGrace{5};  // for runs to pause

outbound::Client::Options outbound_options(outbound::Policy policy) {
  outbound::Client::Options options;
  options.policy = std::move(policy);
  return options;
}

}  // namespace

Result<Opened> open_state(const Config& config) {
  auto database = storage::Database::open(config.state, database_options(config));
  if (!database) return database.error();
  auto ring = open_master_key(config.state, config.secret_key, **database);
  if (!ring) return ring.error();
  auto policy =
      outbound::Policy::make(config.outbound.allow, config.outbound.only_listed, config.outbound.schemes);
  if (!policy) return policy.error();
  return Opened{std::move(*database), std::move(*ring), std::move(*policy)};
}

Parts::Parts(const Config& config, Opened opened, auth::SessionKeys keys, process::Spawner& spawner,
             metrics::Metrics& its_metrics)
    : metrics(its_metrics),
      database(std::move(opened.database)),
      ring(std::move(opened.ring)),
      box(ring),
      log(*database, log_limits(config)),
      settings(*database, ring),
      secret_store(*database, box),
      plugin_documents(*database, box),
      audit(*database, config.audit_keep),
      outbound(outbound_options(std::move(opened.policy))),
      resolver(secret_store, audit, outbound),
      providers(openai, &its_metrics),
      host(host_options(config), spawner),
      secret_gateway(resolver, audit),
      conversations(service_options(config),
                    {*database, log, providers, tools, box, spawner, secret_gateway}),
      gateway(conversations, log),
      management({ring, settings, secret_store, audit, conversations, providers}),
      event_sockets(conversations, log),
      public_metrics(config.public_metrics),
      backend(config.database == "sqlite" ? "sqlite" : "postgresql"),
      docs(router, std::string(kVersion)),
      guard(std::move(keys), config.allow_cors_origins, &ring),
      gate(guard, activity) {}

Result<void> Parts::add_own(const Config& config, api::Initialization& initialization) {
  tools.add(agent::make_finish_tool());
  tools.add(agent::make_think_tool());
  return add_core_routes(*this, initialization, config.routers_off);
}

// The core's routes before the plugins': a plugin that claims one of them is the one that is refused.
Result<void> Parts::load(const Config& config, api::Initialization& initialization) {
  if (auto loaded = settings.load(); !loaded) return loaded;
  if (auto added = add_own(config, initialization); !added) return added;
  return host.load_all(router, tools, providers);
}

Result<void> Parts::start() {
  host.set_conversations(gateway);
  host.set_outbound(outbound);
  host.set_management(management);
  host.set_settings(settings, secret_store, audit);
  host.set_documents(plugin_documents);
  conversations.on_removed([this](const std::string& id) { forget(id); });
  if (auto started = conversations.start(); !started) return started;
  hear_other_servers();
  host.start_all();
  return {};
}

void Parts::forget(const std::string& conversation) {
  event_sockets.close(conversation);
  host.conversation_removed(conversation);
}

void Parts::hear_other_servers() {
  const auto reload_settings = [this] {
    if (auto loaded = settings.load(); !loaded) log::warning("server", loaded.error().message);
  };
  storage::ChangeHandlers heard;
  heard.events = [this](const std::string& id, std::int64_t seq) { log.reached(id, seq); };
  heard.removed = [this](const std::string& id) { forget(id); };
  heard.document = [reload_settings](const std::string& name) {
    if (name == settings::SettingsService::kDocument) reload_settings();
  };
  heard.anything = [this, reload_settings] {
    log.look_again();
    reload_settings();
  };
  database->listen(std::move(heard));
}

void Parts::serve_with(const http::HttpServer& server, settings::OwnAddresses addresses) {
  http = &server;
  resolver.set_addresses(std::move(addresses));
}

void Parts::hush() {
  database->stop_listening();
  conversations.pause_all(kRunGrace);
  management.stop();
  outbound.stop();  // or requests that wait for other servers would outlast the grace that they get
}

bool Parts::end() {
  management.stop();
  event_sockets.stop();
  gateway.stop();
  conversations.stop();
  return host.stop_all();
}

std::vector<std::string> Parts::not_ready() const {
  std::vector<std::string> names;
  for (const auto& plugin : host.status())
    if (plugin.holds_up())
      names.push_back("plugin " + plugin.name + " (" + std::string(plugins::to_string(plugin.state)) +
                      (plugin.error.empty() ? "" : ": " + plugin.error) + ")");
  return names;
}

std::vector<plugins::PluginStatus> Parts::plugin_status() const {
  auto all = host.status();
  for (auto& plugin : all) plugin.requests.waiting = http->queue_depth(plugin.name);
  return all;
}

metrics::Snapshot Parts::snapshot() const {
  const auto load = conversations.load();
  metrics::Snapshot now{.connections = http->connections(),
                        .websockets = http->websockets(),
                        .conversations_loaded = load.loaded,
                        .runs = load.running,
                        .runs_waiting = load.waiting};
  now.plugins.push_back({.name = "core", .requests_waiting = http->queue_depth("core")});
  for (const auto& plugin : plugin_status())
    now.plugins.push_back({.name = plugin.name,
                           .state = std::string(plugins::to_string(plugin.state)),
                           .requests_waiting = plugin.requests.waiting,
                           .requests = plugin.requests.running,
                           .tool_calls = plugin.tool_calls.running,
                           .model_calls = plugin.model_calls.running});
  const auto writes = database->write_stats();
  now.database = {.backend = backend,
                  .writes = writes.stored,
                  .failed_writes = writes.failed,
                  .commits = writes.commits,
                  .waiting = writes.waiting,
                  .write_seconds = writes.seconds};
  return now;
}

}  // namespace collet::server
