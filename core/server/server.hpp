// The one place that names every part: makes them in order, starts them in order, stops them in reverse.
//
// Thread: the main thread.
#pragma once
#include <memory>
#include <string>

#include "auth/session_keys.hpp"
#include "base/result.hpp"
#include "process/spawner.hpp"
#include "server/config.hpp"

namespace collet::server {

class Server {
 public:
  /// `spawner` must have been launched before any thread, and outlives the server.
  Server(Config config, process::Spawner& spawner);
  ~Server();

  /// Opens the state, loads the plugins, listens. An error is one clear line for people; nothing runs then.
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
  struct Parts;
  Result<void> assemble(auth::SessionKeys keys);

  Config config_;
  process::Spawner& spawner_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace collet::server
