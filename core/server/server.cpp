#include "server/server.hpp"

#include <unistd.h>

#include "agent/builtin_tools.hpp"
#include "api/auth_api.hpp"
#include "api/conversations_api.hpp"
#include "api/docs_api.hpp"
#include "api/event_socket.hpp"
#include "api/events_api.hpp"
#include "api/init_api.hpp"
#include "api/metrics_api.hpp"
#include "api/plain_reads.hpp"
#include "api/plugins_api.hpp"
#include "api/secrets_api.hpp"
#include "api/server_api.hpp"
#include "api/settings_api.hpp"
#include "auth/guard.hpp"
#include "auth/listen_rule.hpp"
#include "base/log.hpp"
#include "events/event_log.hpp"
#include "http/http_server.hpp"
#include "llm/openai_chat.hpp"
#include "metrics/metrics.hpp"
#include "outbound/client.hpp"
#include "plugins/host.hpp"
#include "secrets/key_ring.hpp"
#include "secrets/sealed_box.hpp"
#include "server/activity_gate.hpp"
#include "server/conversation_gateway.hpp"
#include "server/initializer.hpp"
#include "server/management_gateway.hpp"
#include "server/master_key.hpp"
#include "server/reload.hpp"
#include "server/secret_gateway.hpp"
#include "server/version.hpp"
#include "settings/plugin_documents.hpp"
#include "settings/secret_resolver.hpp"
#include "settings/secret_store.hpp"
#include "settings/settings_service.hpp"
#include "storage/audit_store.hpp"
#include "storage/database.hpp"

namespace collet::server {
namespace {

constexpr std::chrono::seconds kRunGrace{5};      // for runs to pause
constexpr std::chrono::seconds kRequestGrace{5};  // for answers in flight
constexpr int kBeatsPerLease = 5;

std::chrono::milliseconds seconds(std::int64_t count) { return std::chrono::seconds(count); }

std::string host_name() {
  char name[256] = "";
  static_cast<void>(::gethostname(name, sizeof name - 1));
  return name;
}

http::HttpServer::Options http_options(const Config& config, http::RequestObserver& observer) {
  const auto& from = config.limits;
  http::HttpServer::Options options;
  options.host = config.host;
  options.port = static_cast<std::uint16_t>(config.port);
  options.io_threads = static_cast<std::size_t>(from.io_threads);
  options.worker_threads = static_cast<std::size_t>(from.worker_threads);
  options.queue_length = static_cast<std::size_t>(from.queue_length);
  options.allowed_origins = config.allow_cors_origins;
  options.limits.head_bytes = static_cast<std::size_t>(from.head_bytes);
  options.limits.body_bytes = static_cast<std::size_t>(from.body_bytes);
  options.limits.upload_bytes = static_cast<std::uint64_t>(from.upload_bytes);
  options.limits.connections = static_cast<std::size_t>(from.connections);
  options.limits.connections_per_address = static_cast<std::size_t>(from.connections_per_address);
  options.limits.head_time = seconds(from.head_seconds);
  options.limits.body_time = seconds(from.body_seconds);
  options.limits.idle_time = seconds(from.idle_seconds);
  options.limits.write_stall = seconds(from.write_seconds);
  options.sockets.message_bytes = static_cast<std::size_t>(from.socket_message_bytes);
  options.observer = &observer;
  options.sockets.queue_bytes = static_cast<std::size_t>(from.socket_queue_bytes);
  return options;
}

storage::Database::Options database_options(const Config& config) {
  storage::Database::Options options;
  options.url = database_url(config);
  options.synchronous =
      config.survive_power_loss ? storage::Synchronous::kFull : storage::Synchronous::kNormal;
  return options;
}

events::EventLog::Limits log_limits(const Config& config) {
  events::EventLog::Limits limits;
  limits.subscribers_per_conversation = static_cast<std::size_t>(config.conversations.max_subscribers);
  return limits;
}

plugins::PluginHost::Options host_options(const Config& config) {
  plugins::PluginHost::Options options;
  options.config = config.plugins;
  options.state_dir = config.state;
  options.core_version = kVersion;
  return options;
}

conversation::ConversationService::Options service_options(const Config& config) {
  conversation::ConversationService::Options options;
  options.state_dir = config.state;
  options.max_concurrent_runs = static_cast<std::size_t>(config.conversations.max_concurrent_runs);
  options.claims.name = host_name() + ":" + std::to_string(config.port);
  options.claims.lease = seconds(config.lease_seconds);
  options.claims.beat = options.claims.lease / kBeatsPerLease;
  return options;
}

std::string list_of(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& word : words) all.append(all.empty() ? "" : ", ").append(word);
  return all.empty() ? "nothing" : all;
}

outbound::Client::Options outbound_options(outbound::Policy policy) {
  outbound::Client::Options options;
  options.policy = std::move(policy);
  return options;
}

}  // namespace

// In the order of the start; destroyed in reverse.
struct Server::Parts {
  Parts(const Config& config, std::unique_ptr<storage::Database> opened, secrets::KeyRing key_ring,
        auth::SessionKeys session_keys, outbound::Policy outbound_policy, process::Spawner& spawner,
        api::Initialization& init, metrics::Metrics& its_metrics)
      : metrics(its_metrics),
        initialization(init),
        database(std::move(opened)),
        ring(std::move(key_ring)),
        box(ring),
        log(*database, log_limits(config)),
        settings(*database, ring),
        secret_store(*database, box),
        plugin_documents(*database, box),
        audit(*database, config.audit_keep),
        outbound(outbound_options(std::move(outbound_policy))),
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
        guard(std::move(session_keys), config.allow_cors_origins, &ring),
        gate(guard, activity) {}

  Result<void> add_core_routes(const std::set<std::string>& off);
  Result<void> add_router(std::string_view name);
  api::PlainReads reads();
  void hear_other_servers();
  std::vector<std::string> not_ready() const;
  std::vector<plugins::PluginStatus> plugin_status() const;
  metrics::Snapshot snapshot() const;
  void serve_with(const http::HttpServer& server, settings::OwnAddresses addresses) {
    http = &server;
    resolver.set_addresses(std::move(addresses));
  }
  /// Begins no more work for others: what follows waits for what is under way.
  void hush();
  /// All that runs, but what listens. False: a plugin's code has not come back.
  bool end();

  metrics::Metrics& metrics;
  api::Initialization& initialization;
  std::unique_ptr<storage::Database> database;
  secrets::KeyRing ring;
  secrets::SealedBox box;
  events::EventLog log;
  settings::SettingsService settings;
  settings::SecretStore secret_store;
  settings::PluginDocuments plugin_documents;
  storage::AuditStore audit;
  outbound::Client outbound;
  settings::SecretResolver resolver;
  llm::OpenAiChat openai;
  llm::Providers providers;
  agent::ToolRegistry tools;
  http::Router router;
  plugins::PluginHost host;
  SecretGateway secret_gateway;
  conversation::ConversationService conversations;
  ConversationGateway gateway;
  ManagementGateway management;
  api::Activity activity;
  api::EventSockets event_sockets;
  bool public_metrics;
  const char* backend;  // "sqlite", "postgresql"
  api::ApiDocs docs{router, std::string(kVersion)};
  auth::Guard guard;
  ActivityGate gate;
  const http::HttpServer* http = nullptr;  ///< that serves these; none yet
};

// What a server serves that waits for POST /api/init.
struct Server::Dormant {
  explicit Dormant(const Config& config) : gate(config) {}

  Result<void> add_routes(api::Initialization& initialization) {
    auto added =
        api::add_server_routes(router, {std::string(kVersion), tools, activity, [] {
                                          return std::vector<std::string>();  // ready for that one request
                                        }});
    if (added) added = api::add_init_routes(router, initialization);
    if (added) added = api::add_dormant_routes(router, initialization);
    return added;
  }

  http::Router router;
  agent::ToolRegistry tools;
  api::Activity activity;
  DormantGate gate;
};

api::PlainReads Server::Parts::reads() {
  return {audit, [this](const http::Request& request) { return guard.caller(request); }};
}

void Server::Parts::hear_other_servers() {
  const auto reload_settings = [this] {
    if (auto loaded = settings.load(); !loaded) log::warning("server", loaded.error().message);
  };
  database->listen({.events = [this](const std::string& id, std::int64_t seq) { log.reached(id, seq); },
                    .removed =
                        [this](const std::string& id) {
                          event_sockets.close(id);
                          host.conversation_removed(id);
                        },
                    .document =
                        [reload_settings](const std::string& name) {
                          if (name == settings::SettingsService::kDocument) reload_settings();
                        },
                    .anything =
                        [this, reload_settings] {
                          log.look_again();
                          reload_settings();
                        }});
}

Result<void> Server::Parts::add_router(std::string_view name) {
  if (name == "server")
    return api::add_server_routes(router,
                                  {std::string(kVersion), tools, activity, [this] { return not_ready(); }});
  if (name == "init") return api::add_init_routes(router, initialization);
  if (name == "conversations") return api::add_conversation_routes(router, conversations, ring);
  if (name == "events") return api::add_event_routes(router, conversations, log);
  if (name == "settings") return api::add_settings_routes(router, settings, reads());
  if (name == "secrets") return api::add_secret_routes(router, secret_store, reads());
  if (name == "plugins") return api::add_plugin_routes(router, [this] { return plugin_status(); });
  if (name == "openapi") return docs.add_routes(router);
  if (name == "sockets") return event_sockets.add_route(router);
  if (name == "auth")
    return api::add_auth_routes(
        router, {[this](const http::Request& request) { return guard.open_workspace(request); },
                 &auth::Guard::close_workspace});
  if (name == "metrics")
    return api::add_metrics_route(router, public_metrics, [this] { return metrics.text(snapshot()); });
  return internal("there is no router " + std::string(name));
}

// Before the plugins': a plugin that claims one of them is the one that is refused.
Result<void> Server::Parts::add_core_routes(const std::set<std::string>& off) {
  for (const auto name : kRouters) {
    if (off.contains(std::string(name))) continue;
    if (auto added = add_router(name); !added) return added;
  }
  return {};
}

std::vector<plugins::PluginStatus> Server::Parts::plugin_status() const {
  auto all = host.status();
  for (auto& plugin : all) plugin.requests.waiting = http == nullptr ? 0 : http->queue_depth(plugin.name);
  return all;
}

metrics::Snapshot Server::Parts::snapshot() const {
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

std::vector<std::string> Server::Parts::not_ready() const {
  std::vector<std::string> names;
  for (const auto& plugin : host.status())
    if (plugin.holds_up())
      names.push_back("plugin " + plugin.name + " (" + std::string(plugins::to_string(plugin.state)) +
                      (plugin.error.empty() ? "" : ": " + plugin.error) + ")");
  return names;
}

Server::Server(Config config, process::Spawner& spawner)
    : config_(std::move(config)),
      spawner_(spawner),
      metrics_(std::make_unique<metrics::Metrics>(kVersion)),
      initializer_(std::make_unique<Initializer>(
          config_, [this](const Config& initialized) { return wake_up(initialized); })) {}

Server::~Server() { stop(); }

Result<void> Server::start() {
  if (config_.deferred_init) return start_dormant();
  if (auto up = bring_up(config_); !up) return up;
  return listen(parts_->router, parts_->gate);
}

Result<void> Server::listen(const http::Router& router, http::Gatekeeper& gatekeeper) {
  http_ = std::make_unique<http::HttpServer>(http_options(config_, *metrics_), router, gatekeeper);
  auto port = http_->start();
  if (!port) return port.error();
  port_ = *port;
  if (parts_) parts_->serve_with(*http_, {config_.host, port_, config_.public_url});
  return {};
}

Result<void> Server::start_dormant() {
  // Who doesn't know the secret key can do nothing; without one, the rules of a server without keys hold.
  if (config_.secret_key.empty())
    if (auto allowed = auth::check_listen_address(config_.host, auth::SessionKeys()); !allowed)
      return allowed;
  dormant_ = std::make_unique<Dormant>(config_);
  if (auto added = dormant_->add_routes(*initializer_); !added) return added;
  return listen(dormant_->router, dormant_->gate);
}

Result<void> Server::wake_up(const Config& initialized) {
  // Only stop() may hold it: it waits for the requests that are under way, this one included.
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock || stopping_) return unavailable("The server is stopping.");
  if (auto up = bring_up(initialized); !up) {
    if (parts_) {
      parts_->hush();
      if (!parts_->end())
        static_cast<void>(parts_.release());  // NOLINT(bugprone-unused-return-value): as in stop()
    }
    parts_.reset();
    return up;
  }
  parts_->serve_with(*http_, {initialized.host, port_, initialized.public_url});
  http_->switch_to(parts_->router, parts_->gate, initialized.allow_cors_origins);
  return {};
}

// Everything but listening.
Result<void> Server::bring_up(const Config& config) {
  auto keys = auth::SessionKeys::from(config.session_api_keys);
  if (!keys) return keys.error();
  if (auto allowed = auth::check_listen_address(config.host, *keys); !allowed) return allowed;
  if (auto assembled = assemble(config, std::move(*keys)); !assembled) return assembled;
  Parts& p = *parts_;
  p.host.set_conversations(p.gateway);
  p.host.set_outbound(p.outbound);
  p.host.set_management(p.management);
  p.host.set_settings(p.settings, p.secret_store, p.audit);
  p.host.set_documents(p.plugin_documents);
  p.conversations.on_removed([&p](const std::string& id) {
    p.event_sockets.close(id);
    p.host.conversation_removed(id);
  });
  if (auto started = p.conversations.start(); !started) return started;
  p.hear_other_servers();
  p.host.start_all();
  return {};
}

Result<std::string> Server::describe() {
  if (auto assembled = assemble(config_, auth::SessionKeys()); !assembled) return assembled.error();
  return parts_->docs.document();
}

// Everything but threads and sockets.
Result<void> Server::assemble(const Config& config, auth::SessionKeys keys) {
  auto database = storage::Database::open(config.state, database_options(config));
  if (!database) return database.error();
  auto ring = open_master_key(config.state, config.secret_key, **database);
  if (!ring) return ring.error();

  auto policy =
      outbound::Policy::make(config.outbound.allow, config.outbound.only_listed, config.outbound.schemes);
  if (!policy) return policy.error();

  parts_ = std::make_unique<Parts>(config, std::move(*database), std::move(*ring), std::move(keys),
                                   std::move(*policy), spawner_, *initializer_, *metrics_);
  Parts& p = *parts_;
  if (auto loaded = p.settings.load(); !loaded) return loaded;
  p.tools.add(agent::make_finish_tool());
  p.tools.add(agent::make_think_tool());
  if (auto added = p.add_core_routes(config.routers_off); !added) return added;
  return p.host.load_all(p.router, p.tools, p.providers);
}

std::string Server::url() const {
  const bool six = config_.host.find(':') != std::string::npos && config_.host.front() != '[';
  return "http://" + (six ? "[" + config_.host + "]" : config_.host) + ":" + std::to_string(port_);
}

void Server::Parts::hush() {
  database->stop_listening();
  conversations.pause_all(kRunGrace);
  management.stop();
  outbound.stop();  // or requests that wait for other servers would outlast the grace that they get
}

bool Server::Parts::end() {
  management.stop();
  event_sockets.stop();
  gateway.stop();
  conversations.stop();
  return host.stop_all();
}

Result<void> Server::reload(const Config& fresh) {
  const std::lock_guard lock(mutex_);
  auto plan = plan_reload(config_, fresh);
  auto keys = auth::SessionKeys::from(plan.config.session_api_keys);
  if (!keys) return keys.error();
  if (auto allowed = auth::check_listen_address(config_.host, *keys); !allowed) return allowed;
  log::configure(plan.config.log.level, plan.config.log.json);
  if (parts_ && !config_.deferred_init) parts_->guard.set_keys(std::move(*keys));
  config_ = std::move(plan.config);
  log::info("server", "reloaded the configuration; changed: " + list_of(plan.taken));
  if (!plan.needs_restart.empty())
    log::warning("server", "needs a restart to take effect: " + list_of(plan.needs_restart));
  return {};
}

bool Server::stop() {
  const std::lock_guard lock(mutex_);  // an initialisation that is under way ends first
  stopping_ = true;
  if (!parts_ && !http_) return true;
  if (parts_) parts_->hush();
  bool answered = !http_ || http_->drain(kRequestGrace);
  const bool settled = !parts_ || parts_->end();
  answered = answered || http_->drain(std::chrono::milliseconds(0));
  if (!settled || !answered) {
    // Threads inside a plugin may use anything of it.
    static_cast<void>(http_.release());     // NOLINT(bugprone-unused-return-value): never freed
    static_cast<void>(parts_.release());    // NOLINT(bugprone-unused-return-value): never freed
    static_cast<void>(dormant_.release());  // NOLINT(bugprone-unused-return-value): never freed
    return false;
  }
  http_.reset();
  parts_.reset();
  dormant_.reset();
  return true;
}

}  // namespace collet::server
