#include "server/server.hpp"

#include "agent/builtin_tools.hpp"
#include "api/conversations_api.hpp"
#include "api/docs_api.hpp"
#include "api/event_socket.hpp"
#include "api/events_api.hpp"
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
#include "outbound/client.hpp"
#include "plugins/host.hpp"
#include "secrets/key_ring.hpp"
#include "secrets/sealed_box.hpp"
#include "server/activity_gate.hpp"
#include "server/conversation_gateway.hpp"
#include "server/management_gateway.hpp"
#include "server/master_key.hpp"
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

std::chrono::milliseconds seconds(std::int64_t count) { return std::chrono::seconds(count); }

http::HttpServer::Options http_options(const Config& config) {
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
  options.limits.connections = static_cast<std::size_t>(from.connections);
  options.limits.connections_per_address = static_cast<std::size_t>(from.connections_per_address);
  options.limits.head_time = seconds(from.head_seconds);
  options.limits.body_time = seconds(from.body_seconds);
  options.limits.idle_time = seconds(from.idle_seconds);
  options.limits.write_stall = seconds(from.write_seconds);
  options.sockets.message_bytes = static_cast<std::size_t>(from.socket_message_bytes);
  options.sockets.queue_bytes = static_cast<std::size_t>(from.socket_queue_bytes);
  return options;
}

storage::Database::Options database_options(const Config& config) {
  storage::Database::Options options;
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
  return options;
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
        auth::SessionKeys session_keys, outbound::Policy outbound_policy, process::Spawner& spawner)
      : database(std::move(opened)),
        ring(std::move(key_ring)),
        box(ring),
        log(*database, log_limits(config)),
        settings(*database, ring),
        secret_store(*database, box),
        plugin_documents(*database, box),
        audit(*database, config.audit_keep),
        outbound(outbound_options(std::move(outbound_policy))),
        resolver(secret_store, audit, outbound),
        providers(openai),
        host(host_options(config), spawner),
        secret_gateway(resolver, audit),
        conversations(service_options(config),
                      {*database, log, providers, tools, box, spawner, secret_gateway}),
        gateway(conversations, log),
        management({ring, settings, secret_store, audit, conversations, providers}),
        event_sockets(conversations, log),
        guard(std::move(session_keys), config.allow_cors_origins),
        gate(guard, activity),
        http(http_options(config), router, gate) {}

  Result<void> add_core_routes(const std::set<std::string>& off);
  Result<void> add_router(std::string_view name);
  api::PlainReads reads();
  std::vector<std::string> not_ready() const;
  std::vector<plugins::PluginStatus> plugin_status() const;

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
  api::ApiDocs docs{router, std::string(kVersion)};
  auth::Guard guard;
  ActivityGate gate;
  http::HttpServer http;
  std::uint16_t port = 0;
};

api::PlainReads Server::Parts::reads() {
  return {audit, [this](const http::Request& request) { return guard.caller(request); }};
}

Result<void> Server::Parts::add_router(std::string_view name) {
  if (name == "server")
    return api::add_server_routes(router,
                                  {std::string(kVersion), tools, activity, [this] { return not_ready(); }});
  if (name == "conversations") return api::add_conversation_routes(router, conversations, ring);
  if (name == "events") return api::add_event_routes(router, conversations, log);
  if (name == "settings") return api::add_settings_routes(router, settings, reads());
  if (name == "secrets") return api::add_secret_routes(router, secret_store, reads());
  if (name == "plugins") return api::add_plugin_routes(router, [this] { return plugin_status(); });
  if (name == "openapi") return docs.add_routes(router);
  if (name == "sockets") return event_sockets.add_route(router);
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
  for (auto& plugin : all) plugin.requests.waiting = http.queue_depth(plugin.name);
  return all;
}

std::vector<std::string> Server::Parts::not_ready() const {
  std::vector<std::string> names;
  for (const auto& plugin : host.status())
    if (plugin.holds_up())
      names.push_back("plugin " + plugin.name + " (" + std::string(plugins::to_string(plugin.state)) +
                      (plugin.error.empty() ? "" : ": " + plugin.error) + ")");
  return names;
}

Server::Server(Config config, process::Spawner& spawner) : config_(std::move(config)), spawner_(spawner) {}

Server::~Server() { stop(); }

Result<void> Server::start() {
  auto keys = auth::SessionKeys::from(config_.session_api_keys);
  if (!keys) return keys.error();
  if (auto allowed = auth::check_listen_address(config_.host, *keys); !allowed) return allowed;
  if (auto assembled = assemble(std::move(*keys)); !assembled) return assembled;
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
  p.host.start_all();
  auto port = p.http.start();
  if (!port) return port.error();
  p.port = *port;
  p.resolver.set_addresses({config_.host, *port, config_.public_url});
  return {};
}

Result<std::string> Server::describe() {
  if (auto assembled = assemble(auth::SessionKeys()); !assembled) return assembled.error();
  return parts_->docs.document();
}

// Everything but threads and sockets.
Result<void> Server::assemble(auth::SessionKeys keys) {
  auto database = storage::Database::open(config_.state, database_options(config_));
  if (!database) return database.error();
  auto ring = open_master_key(config_.state, config_.secret_key, **database);
  if (!ring) return ring.error();

  auto policy =
      outbound::Policy::make(config_.outbound.allow, config_.outbound.only_listed, config_.outbound.schemes);
  if (!policy) return policy.error();

  parts_ = std::make_unique<Parts>(config_, std::move(*database), std::move(*ring), std::move(keys),
                                   std::move(*policy), spawner_);
  Parts& p = *parts_;
  if (auto loaded = p.settings.load(); !loaded) return loaded;
  p.tools.add(agent::make_finish_tool());
  p.tools.add(agent::make_think_tool());
  if (auto added = p.add_core_routes(config_.routers_off); !added) return added;
  return p.host.load_all(p.router, p.tools, p.providers);
}

std::string Server::url() const {
  const bool six = config_.host.find(':') != std::string::npos && config_.host.front() != '[';
  return "http://" + (six ? "[" + config_.host + "]" : config_.host) + ":" + std::to_string(parts_->port);
}

bool Server::stop() {
  if (!parts_) return true;
  Parts& p = *parts_;
  p.conversations.pause_all(kRunGrace);
  p.management.stop();
  p.outbound.stop();  // or requests that wait for other servers would outlast the grace below
  bool answered = p.http.drain(kRequestGrace);
  p.event_sockets.stop();
  p.gateway.stop();
  p.conversations.stop();
  const bool settled = p.host.stop_all();
  answered = answered || p.http.drain(std::chrono::milliseconds(0));
  if (!settled || !answered) {
    // Threads inside a plugin may use anything of it.
    static_cast<void>(parts_.release());  // NOLINT(bugprone-unused-return-value): never freed
    return false;
  }
  parts_.reset();
  return true;
}

}  // namespace collet::server
