// A plugin as operators see it: for /ready, the log and the command line.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace collet::plugins {

enum class State {
  kDisabled,  ///< switched off by config; not opened
  kRefused,   ///< optional, and failed a check, create or registration
  kCreated,   ///< registered, not started; its routes answer 503
  kStarting,  ///< its start has not returned yet; its routes answer 503
  kStarted,
  kFailed,   ///< its start failed; its routes answer 503
  kStopped,  ///< stopped, or being stopped
};

/// "disabled", "refused", "created", "starting", "started", "failed", "stopped".
std::string_view to_string(State state);

/// A tool call that is in a plugin.
struct RunningCall {
  std::string tool;
  std::string conversation;  ///< id
  std::string call_id;
  std::chrono::milliseconds age{0};  ///< since the agent made it
  std::string progress;              ///< the last text that the tool gave; may be empty
};

/// What went wrong in a plugin last, while the server went on.
struct LastError {
  std::string message;      ///< one line; empty: nothing
  std::int64_t micros = 0;  ///< when, since 1970
};

/// Work of one kind.
struct Load {
  std::size_t waiting = 0;  ///< for a thread
  std::size_t running = 0;  ///< inside the plugin, or kept by it to be answered later
};

struct PluginStatus {
  std::string name;  ///< the file's name without ".so": config key, owner of routes
  std::string id;    ///< as the plugin states it; empty when it was not opened
  std::string version;
  std::string file;
  State state = State::kDisabled;
  bool optional = false;
  std::vector<std::string> routes;     ///< "GET /api/weather/{city}"
  std::vector<std::string> sockets;    ///< patterns of its WebSocket endpoints
  std::vector<std::string> tools;      ///< names
  std::vector<std::string> providers;  ///< names of model providers
  std::string error;                   ///< why it is refused or failed
  LastError last_error = {};           ///< of a handler, a tool's call, or the plugin's own log
  Load requests = {};                  ///< `waiting` is the HTTP server's to fill in
  Load tool_calls = {}, model_calls = {};
  std::size_t news_waiting = 0;      ///< of sockets and events, for a thread
  std::vector<RunningCall> running;  ///< tool calls, oldest first

  /// Whether the server is not ready because of it.
  bool holds_up() const {
    if (optional) return false;
    return state == State::kCreated || state == State::kStarting || state == State::kFailed;
  }
};

}  // namespace collet::plugins
