// The server as main() sees it: dormant or up, listening, reloaded, stopped. Its parts: parts.hpp.
//
// Thread: the main thread; a dormant server is initialised on a worker's, and stop() waits for that.
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "auth/session_keys.hpp"
#include "base/result.hpp"
#include "process/spawner.hpp"
#include "server/config.hpp"

namespace collet::http {
class Gatekeeper;
class HttpServer;
class Router;
}  // namespace collet::http

namespace collet::metrics {
class Metrics;
}

namespace collet::server {

class Initializer;
struct Dormant;
struct Parts;

class Server {
 public:
  /// `spawner` must have been launched before any thread, and outlives the server.
  Server(Config config, process::Spawner& spawner);
  ~Server();

  /// Opens the state, loads the plugins, listens; with `deferred_init` listens only, until POST /api/init
  /// brings the rest. An error is one clear line for people; nothing runs then.
  Result<void> start();
  /// In place of start: loads the plugins and returns the API's document, JSON text. Needs a state folder of
  /// its own; nothing listens.
  Result<std::string> describe();
  /// The address to call, "http://127.0.0.1:8000". After start.
  std::string url() const;

  /// Takes from a configuration that was read again what can change at run time (the session keys, the log),
  /// and says in the log what it took and what needs a restart. Changes nothing on an error. After start.
  Result<void> reload(const Config& fresh);

  /// Pauses the runs, answers what is in flight, ends everything. Also after a failed start. Idempotent.
  /// False: a plugin's code has not come back. It may use anything of the server, which is then not freed:
  /// the process should end without destructors (std::_Exit).
  bool stop();

 private:
  Result<void> start_dormant();
  Result<void> wake_up(const Config& initialized);
  Result<void> bring_up(const Config& config);
  Result<void> assemble(const Config& config, auth::SessionKeys keys);
  Result<void> listen(const http::Router& router, http::Gatekeeper& gatekeeper);

  Config config_;
  process::Spawner& spawner_;
  std::mutex mutex_;  ///< held while the server is initialised, and while it stops
  bool stopping_ = false;
  std::uint16_t port_ = 0;
  std::unique_ptr<metrics::Metrics> metrics_;  ///< told things until the end
  std::unique_ptr<Initializer> initializer_;
  std::unique_ptr<Dormant> dormant_;
  std::unique_ptr<Parts> parts_;
  std::unique_ptr<http::HttpServer> http_;  ///< goes first: it serves the others
};

}  // namespace collet::server
