// Loads plugins without a server, in a process of its own: what `collet plugins list` and `check` stand on.
#pragma once
#include <chrono>
#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "collet/json.hpp"
#include "plugins/host.hpp"
#include "server/config.hpp"

namespace collet::server {

struct DryLoad {
  Config config;                        ///< the server's; neither its state nor its keys are used
  std::filesystem::path own_directory;  ///< of the first-party plugins; empty: none
  /// For each step of each plugin, as in the server; four times as long for all of them together.
  std::chrono::seconds patience = plugins::kCreatePatience;
};

/// Loads all plugins that are switched on as the server would, behind the core's own routes: checks, library,
/// config, `create`, lists of routes and tools. None is started. All of it happens in a child process without
/// our keys, with a state folder that is removed afterwards, so that a plugin that crashes or hangs is
/// refused like any other.
///
/// {"plugins":[…]} as plugins/status_json.hpp has it; state "created" means that the server would start it.
/// Errors: the config is wrong as a whole. To be called on the main thread, while there is no other.
Result<json::Document> dry_load(const DryLoad& wanted);

}  // namespace collet::server
