// What the server is told from outside: command line, environment, one JSON file. Loaded once, before threads
// start; plain values afterwards. docs/operations.md lists every key.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"

namespace collet::server {

/// Where a value comes from, for `collet config show`.
struct Origin {
  std::string key;    ///< "log.level"
  std::string value;  ///< JSON text; secrets are masked
  std::string from;   ///< "default", "--port", "COLLET_PORT", or the file's name
};

/// The core's own routers, in the order in which they are added. Plugins are switched off by
/// `plugins.<name>.enabled`.
inline constexpr std::array<std::string_view, 11> kRouters = {
    "server",  "init",    "conversations", "events",  "settings", "secrets",
    "plugins", "openapi", "sockets",       "metrics", "auth"};

struct Config {
  /// Wait for POST /api/init, which brings keys and the place on disk; nothing is opened before.
  bool deferred_init = false;
  std::string host = "127.0.0.1";
  std::int64_t port = 8000;                   ///< 0: any free one
  std::string public_url;                     ///< as clients call this server through a proxy; may be empty
  std::string state;                          ///< the folder that holds everything; absolute
  std::string database = "sqlite";            ///< or postgresql://…, perhaps with its password
  std::vector<std::string> session_api_keys;  ///< none of them empty; no key at all: loopback only
  std::string secret_key;                     ///< seals what is stored; empty: a key file in the state folder
  std::vector<std::string> allow_cors_origins;  ///< besides loopback ones

  struct Log {
    log::Level level = log::Level::kInfo;
    bool json = false;
  } log;

  struct Limits {
    std::int64_t head_bytes = 16 << 10;  ///< request line and headers; 431 above
    std::int64_t body_bytes = 16 << 20;  ///< of a request that is buffered; 413 above
    std::int64_t upload_bytes = 0;       ///< of a request that is streamed; 413 above; 0: any length
    std::int64_t head_seconds = 10;      ///< to send a request's head
    std::int64_t body_seconds = 30;      ///< without a byte of the body
    std::int64_t idle_seconds = 75;      ///< between two requests of one connection
    std::int64_t write_seconds = 60;     ///< without a byte taken of what waits for the client
    std::int64_t connections = 4096;
    std::int64_t connections_per_address = 1024;
    std::int64_t socket_message_bytes = 1 << 20;  ///< of a message from a WebSocket; 1009 above
    std::int64_t socket_queue_bytes = 4 << 20;    ///< per WebSocket; a slower reader is sent back to the log
    std::int64_t io_threads = 2;
    std::int64_t worker_threads = 8;  ///< for handlers that may block
    std::int64_t queue_length = 256;  ///< requests that wait for a worker, per plugin
  } limits;

  struct Conversations {
    std::int64_t max_concurrent_runs = 1000;  ///< more wait for their turn
    std::int64_t max_subscribers = 50;        ///< sockets per conversation; more are closed with 1013
  } conversations;

  struct Outbound {
    std::vector<std::string> allow;  ///< hosts, host:port, addresses, networks
    bool only_listed = false;        ///< nothing else may be called, public or not
    std::vector<std::string> schemes = {"https", "http"};
  } outbound;

  std::int64_t audit_keep = 100'000;  ///< entries of the audit log
  bool public_metrics = false;        ///< /metrics needs no session key
  std::set<std::string> routers_off;  ///< names of kRouters: their paths are unknown (404)

  std::int64_t lease_seconds = 15;  ///< storage.lease_seconds: so long without a heartbeat, a server is gone
  bool survive_power_loss = true;   ///< storage.synchronous: "full"; "normal" may lose the last moments

  std::vector<std::string> plugin_directories;  ///< searched besides the program's own; absolute
  /// The section `plugins`, a JSON object's text with the directories above; what stands under a plugin's
  /// name is the plugin host's to check.
  std::string plugins = "{}";

  /// One per key, in the order of the documentation, then the plugins' sections.
  std::vector<Origin> origins;
  std::vector<std::string> warnings;  ///< variables of the environment that have no effect; a line each
};

/// The database's URL; empty for SQLite.
inline std::string database_url(const Config& config) {
  return config.database == "sqlite" ? std::string() : config.database;
}

/// What load_config works from. Keys of `flags` are config keys ("host", "log.level") and "config", the file;
/// lists are a JSON array or separated by commas.
struct ConfigSources {
  std::map<std::string, std::string> flags;
  std::map<std::string, std::string> environment;
};

/// Flags win over the environment, that over the file, that over the defaults. Errors (kInvalid) name key and
/// place.
Result<Config> load_config(const ConfigSources& sources);

/// The keys whose values differ, `plugins.<name>` included, in the order of the documentation.
std::vector<std::string> changed_keys(const Config& before, const Config& after);

/// This process's environment, as load_config takes it.
std::map<std::string, std::string> process_environment();

}  // namespace collet::server
