// The one place that names every part of a server that is up: makes them in order, starts them in order,
// stops them in reverse. What listens is not among them.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "agent/tool.hpp"
#include "api/activity.hpp"
#include "api/docs_api.hpp"
#include "api/event_socket.hpp"
#include "api/init_api.hpp"
#include "auth/guard.hpp"
#include "conversation/service.hpp"
#include "events/event_log.hpp"
#include "http/http_server.hpp"
#include "http/router.hpp"
#include "llm/openai_chat.hpp"
#include "metrics/metrics.hpp"
#include "outbound/client.hpp"
#include "plugins/host.hpp"
#include "secrets/key_ring.hpp"
#include "secrets/sealed_box.hpp"
#include "server/activity_gate.hpp"
#include "server/config.hpp"
#include "server/conversation_gateway.hpp"
#include "server/management_gateway.hpp"
#include "server/secret_gateway.hpp"
#include "settings/plugin_documents.hpp"
#include "settings/secret_resolver.hpp"
#include "settings/secret_store.hpp"
#include "settings/settings_service.hpp"
#include "storage/audit_store.hpp"
#include "storage/database.hpp"

namespace collet::server {

/// What parts are made from and what may be missing or wrong.
struct Opened {
  std::unique_ptr<storage::Database> database;
  secrets::KeyRing ring;
  outbound::Policy policy;
};
/// Opens the state that `config` names. Blocks.
Result<Opened> open_state(const Config& config);

/// In the order of the start; destroyed in reverse. load(), start(), hush() and end() are called in this
/// order by the thread that starts or stops the server; the rest by any thread.
struct Parts {
  /// `spawner` and `metrics` outlive it.
  Parts(const Config& config, Opened opened, auth::SessionKeys keys, process::Spawner& spawner,
        metrics::Metrics& metrics);

  /// Fills router, tools and providers: the core's own, then the plugins'. No thread yet.
  Result<void> load(const Config& config, api::Initialization& initialization);
  /// The core's own of it only: for who loads plugins in another way.
  Result<void> add_own(const Config& config, api::Initialization& initialization);
  /// Lets the parts know each other, and starts their threads.
  Result<void> start();
  /// Where all of this is served. Before a request can come.
  void serve_with(const http::HttpServer& server, settings::OwnAddresses addresses);
  /// Begins no more work for others: what follows waits for what is under way.
  void hush();
  /// All that runs, but what listens. False: a plugin's code has not come back.
  bool end();

  std::vector<std::string> not_ready() const;
  std::vector<plugins::PluginStatus> plugin_status() const;
  metrics::Snapshot snapshot() const;

  metrics::Metrics& metrics;
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
  const char* backend;  ///< "sqlite", "postgresql"
  api::ApiDocs docs;
  auth::Guard guard;
  ActivityGate gate;
  const http::HttpServer* http = nullptr;  ///< that serves these; none yet

 private:
  void hear_other_servers();
  /// A conversation is gone, whoever has removed it.
  void forget(const std::string& conversation);
};

}  // namespace collet::server
