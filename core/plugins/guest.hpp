// One plugin that the host has found: its library, its instance, its state, and what it has been given.
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/worker_pool.hpp"
#include "collet/abi/entry.h"
#include "collet/abi/host.h"
#include "http/message.hpp"
#include "plugins/call_gate.hpp"
#include "plugins/conversation_access.hpp"
#include "plugins/deadlines.hpp"
#include "plugins/errand.hpp"
#include "plugins/guest_processes.hpp"
#include "plugins/guest_store.hpp"
#include "plugins/loading.hpp"
#include "plugins/management_access.hpp"
#include "plugins/mask_state.hpp"
#include "plugins/pending.hpp"
#include "plugins/plugin_status.hpp"
#include "process/spawner.hpp"

namespace collet::agent {
class ToolRegistry;
}
namespace collet::outbound {
class Client;
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

class Guest;
class ToolRun;
class ModelRun;
class SocketSession;
class EventFollow;
class HttpCall;
class RequestBody;
class SourceCalls;

/// The queue of the pieces that a plugin takes and gives.
std::string stream_queue(const std::string& plugin);

/// The right of a plugin to answer one request. Dropped: 500.
struct OwedReply {
  http::Reply reply;
  std::shared_ptr<RequestBody> body;  ///< null: it is not streamed
};

/// What all guests share. Lives as long as the host.
struct Household {
  process::Spawner& spawner;
  std::filesystem::path state_dir;
  WorkerPool calls;    ///< tool and model calls, a queue per plugin and kind
  WorkerPool cancels;  ///< of those calls; one at a time per plugin, so that one which hangs holds one thread
  WorkerPool completions;  ///< ends of what plugins may wait for; so they never wait behind what waits
  WorkerPool callbacks;    ///< what plugins are told of, a queue per plugin and kind
  WorkerPool streams;      ///< pieces of bodies and answers, a queue per plugin
  std::size_t most_open;   ///< sessions of one plugin's sockets, and follows; their queues are as long
  Deadlines deadlines;     ///< of tool calls
  std::chrono::milliseconds create_patience, stop_patience, tool_grace;
  const agent::ToolRegistry* tools = nullptr;
  std::atomic<ConversationAccess*> conversations = nullptr;
  std::atomic<ManagementAccess*> management = nullptr;
  std::atomic<const settings::SettingsService*> settings_service = nullptr;
  std::atomic<const settings::SecretStore*> secret_store = nullptr;
  std::atomic<settings::PluginDocuments*> documents = nullptr;
  std::atomic<secrets::Audit*> audit = nullptr;
  std::atomic<outbound::Client*> outbound_client = nullptr;
  std::string core_version;
  std::map<std::string, const Guest*> guests = {};  ///< those that are loaded, by name; set before any starts
};

/// Thread: the life cycle's methods on the main thread; the rest on any.
class Guest {
 public:
  Guest(Household& household, std::string name, std::filesystem::path file, bool optional);
  ~Guest() = default;
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;

  /// Makes the instance; its identity is known already. `config`: the plugin's own keys, checked.
  Result<void> create(const Loading& loading, std::string config);
  /// Begins the plugin's start on a thread of its own; `ended` is called on it afterwards. Where there is no
  /// thread to be had, the start has failed, and `ended` is called on this one.
  void begin_start(const std::function<void()>& ended);
  /// Cancels calls, waits for them, stops, ends processes; waits for a start that is still running. None of
  /// it for longer than the household's patience. A plugin with calls still inside is not stopped.
  void stop();
  /// Destroys the instance, unless something is still inside the plugin: this must never be freed then.
  void destroy();
  /// Whether nothing of ours is inside the plugin.
  bool settled() const { return settled_; }

  /// Calls into the plugin on a thread of its own, so that a call that never returns holds nothing up: it is
  /// then left behind, and the guest is not settled any more. `work` must own what it touches, or touch only
  /// what lives as long as the guest. Errors, one line: what was thrown, or that it has not returned. `what`:
  /// "create".
  Result<void> visit(const std::string& what, std::chrono::milliseconds patience, std::function<void()> work);
  /// Queues what asks the plugin to end a call. A plugin's cancel may block, against the rules: whoever wants
  /// the cancel must not wait for it. Dropped when the plugin may not be entered any more.
  void post_cancel(std::function<void()> cancel);

  /// The plugin's table for a feature; null: it doesn't have it, or it was made for another layout.
  template <class Table>
  const Table* feature(const char* id) {
    const auto* table = static_cast<const Table*>(find_feature(id));
    return table != nullptr && table->struct_size >= sizeof(Table) ? table : nullptr;
  }

  State state() const { return state_.load(); }
  void set_state(State state) { state_ = state; }
  /// Whether it may ask for what ends later: from the beginning of its start, until that fails or it is
  /// stopped.
  bool may_ask() const { return state_ == State::kStarting || state_ == State::kStarted; }
  /// It is optional, and the server starts without it. `why` is made one line, and logged.
  void refuse(std::string_view why);
  /// Its start has failed: the same.
  void fail(std::string_view why);
  std::string error() const;
  /// A line of the log, kept as the newest thing that went wrong.
  void log_error(const std::string& line);
  void note_error(std::string line);
  /// "The plugin 'weather' is starting.": for those whose call comes in when it isn't started.
  std::string absence() const;
  PluginStatus status() const;

  Household& household;
  const std::string name;
  const std::filesystem::path file;
  const bool optional;
  const std::string part;  ///< for the log: "plugin weather"
  Identity identity;
  std::string config = "{}";
  std::vector<std::string> readable_secrets;  ///< names; "*": all
  bool may_manage = false;                    ///< the server's own state
  std::chrono::milliseconds tool_time{};      ///< for a tool's call to finish
  collet_plugin* instance = nullptr;
  std::vector<std::string> routes, sockets, tools, providers;  ///< what it registered; set before start

  CallGate gate;  ///< open while started
  /// For what the plugin itself has asked for and is told of later: open from the beginning of its start.
  CallGate outward;
  Pending<OwedReply> replies;
  Pending<std::shared_ptr<RequestBody>> bodies;
  Pending<std::shared_ptr<SourceCalls>> sources;
  Pending<std::shared_ptr<SourceCalls>> pieces;  ///< of sources, that the plugin owes
  Pending<std::shared_ptr<ToolRun>> tool_runs;
  Pending<std::shared_ptr<ModelRun>> model_runs;
  Pending<std::shared_ptr<SocketSession>> sessions;
  Pending<std::shared_ptr<EventFollow>> follows;
  Pending<std::shared_ptr<HttpCall>> http_calls;
  Pending<std::shared_ptr<MaskState>> masks;
  GuestStore store;
  GuestProcesses processes;

 private:
  const void* find_feature(const char* id);
  void set_error(std::string line);
  void run_start();
  void fail_start(std::string_view why);
  bool wait_for_start();
  void end_what_it_asked_for();
  void stop_unstarted(std::chrono::steady_clock::time_point until);
  /// Runs the plugin's stop or destroy; unless it was run to its end, the guest is not settled any more.
  void leave(const std::string& what, std::function<void()> work);
  bool cancel_calls(std::chrono::steady_clock::time_point until);
  void give_up_what_is_owed();
  void end_streams();
  bool streams_end(std::chrono::steady_clock::time_point until);

  collet_host host_;
  const collet_entry* entry_ = nullptr;
  std::atomic<State> state_ = State::kDisabled;
  mutable std::mutex mutex_;
  std::string error_;
  LastError last_error_;
  std::unique_ptr<Errand> starter_;
  bool settled_ = true;
};

}  // namespace collet::plugins
