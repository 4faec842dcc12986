// The plugin host: finds, checks, loads, creates, registers, starts, stops and destroys plugins, in this
// order. README.md states the rules and the config.
//
// Thread: load_all, start_all, stop_all and the destructor on the main thread, the rest on any.
#pragma once
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "plugins/conversation_access.hpp"
#include "plugins/inspect.hpp"
#include "plugins/management_access.hpp"
#include "plugins/plugin_status.hpp"

namespace collet::agent {
class ToolRegistry;
}
namespace collet::http {
class Router;
}
namespace collet::llm {
class Providers;
}
namespace collet::outbound {
class Client;
}
namespace collet::process {
class Spawner;
}
namespace collet::secrets {
class Audit;
}
namespace collet::settings {
class PluginDocuments;
class SecretStore;
class SettingsService;
}  // namespace collet::settings

namespace collet::plugins {

/// For each of loading, create, feature and list.
inline constexpr std::chrono::seconds kCreatePatience{30};

class PluginHost {
 public:
  struct Options {
    /// JSON object text: the config's `plugins` section, {"directories":[…], "<name>":{"enabled":…}, …}.
    std::string config = "{}";
    /// Where first-party plugins are: enabled unless the config says otherwise.
    std::filesystem::path own_directory = plugins::own_directory();
    std::filesystem::path state_dir;   ///< the server's; plugins' stores and folders are below it
    std::string core_version;          ///< for the catalogue's entries of the core's own tools
    std::size_t call_threads = 8;      ///< threads for tool and model calls of all plugins, which may block
    std::size_t callback_threads = 4;  ///< threads on which plugins are told of what happens on their sockets
    std::size_t call_queue = 4096;     ///< such calls that wait, and sessions of sockets, per plugin
    std::chrono::milliseconds start_patience{2'000};  ///< start_all waits that long for all starts together
    std::chrono::milliseconds stop_patience{5'000};   ///< stop_all waits that long for each plugin's calls
    std::chrono::milliseconds create_patience = kCreatePatience;
    /// For a tool to finish a call that was cancelled at its deadline.
    std::chrono::milliseconds tool_grace{5'000};
  };

  /// `spawner` must outlive the host.
  PluginHost(Options options, process::Spawner& spawner);
  /// As stop_all. Libraries stay loaded. Where something is still inside a plugin, the host's own parts are
  /// kept for ever.
  ~PluginHost();
  PluginHost(const PluginHost&) = delete;
  PluginHost& operator=(const PluginHost&) = delete;

  /// Finds, checks, loads, creates and registers. All three must outlive the host, and be used by others only
  /// when this has returned. One clear line for people when an enabled plugin that is not optional is
  /// refused, or the config is wrong; the server must not start then. Once.
  Result<void> load_all(http::Router& router, agent::ToolRegistry& tools, llm::Providers& providers);

  /// Lets plugins reach conversations; until then they get COLLET_UNAVAILABLE. `access` must outlive
  /// stop_all. Before start_all.
  void set_conversations(ConversationAccess& access);
  /// Lets plugins see the settings, and the secrets that the config names for them; each read of a value is
  /// recorded first. All must outlive stop_all. Before start_all.
  void set_settings(const settings::SettingsService& settings, const settings::SecretStore& secrets,
                    secrets::Audit& audit);
  /// Lets plugins manage the server, where the config lets them. `access` must outlive stop_all. Before
  /// start_all.
  void set_management(ManagementAccess& access);
  /// Lets plugins keep values in the server's database. `documents` must outlive stop_all. Before start_all.
  void set_documents(settings::PluginDocuments& documents);
  /// Lets plugins send requests to the outside. `client` must outlive stop_all. Before start_all.
  void set_outbound(outbound::Client& client);
  /// Ends what plugins have going with a conversation that is gone. Any thread.
  void conversation_removed(const std::string& id);

  /// Starts every created plugin, each on a thread of its own, and returns when all starts have ended or the
  /// patience is used up.
  void start_all();

  /// In reverse order: cancels calls, waits for them, stops, ends what processes are left; then, in reverse
  /// again, destroys the plugins in which nothing is left. Waits for starts that are still running. No route
  /// of a plugin may be called any more. Idempotent.
  /// False: something is still inside a plugin. What it may use, here and in everything given to the host,
  /// must not be freed then: the process should end without destructors (std::_Exit).
  bool stop_all();

  /// One entry per plugin found, in load order.
  std::vector<PluginStatus> status() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace collet::plugins
