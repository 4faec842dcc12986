// A plugin's instance behind the C tables: holds what setup() brought and turns calls over the boundary into
// calls of it. Everything that is thrown ends here.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collet/abi/entry.h"
#include "collet/detail/receiving.hpp"
#include "collet/host.hpp"
#include "collet/http.hpp"
#include "collet/llm.hpp"
#include "collet/socket.hpp"
#include "collet/tool.hpp"

namespace collet {
class Plugin;

namespace detail {

using RouteHandler = std::function<void(Request, Reply)>;

// Has a receiver in place of a handler where bodies are streamed.
struct RouteEntry {
  std::string method, pattern;
  RouteHandler handler = {};
  ReceiverFactory receiver = {};
  std::string operation = {};
  std::string when = {};
  Access access = Access::kSession;
};

struct SocketEntry {
  std::string pattern;
  SocketOptions options;
  std::unique_ptr<SocketEndpoint> endpoint;
};

struct LlmEntry {
  std::unique_ptr<LlmProvider> provider;
  RunningCalls<collet_handle> running;
};

// Destroyed from below: what setup() brought may refer to the plugin, the plugin to the host.
struct Instance {
  explicit Instance(const collet_host* table) : host(table) {}

  Host host;
  std::string config;
  std::shared_ptr<Plugin> plugin;
  std::vector<RouteEntry> routes;
  std::vector<SocketEntry> sockets;
  std::vector<std::unique_ptr<Tool>> tools;
  std::vector<std::unique_ptr<LlmEntry>> providers;
};

inline Instance& instance(collet_plugin* plugin) { return *reinterpret_cast<Instance*>(plugin); }

inline void log_error(const Instance& self, const std::string& text) noexcept {
  try {
    self.host.log().error(text);
  } catch (...) {  // a host without a log
  }
}

// ---- routes
inline void list_routes(collet_plugin* plugin, void* context,
                        void (*add)(void*, const collet_route*)) noexcept {
  for (const auto& route : instance(plugin).routes) {
    const collet_route out{sizeof(collet_route),
                           to_str(route.method),
                           to_str(route.pattern),
                           to_str(route.operation),
                           to_str(route.when),
                           route.receiver ? COLLET_BODY_STREAMED : COLLET_BODY_WHOLE,
                           static_cast<std::uint32_t>(route.access)};
    add(context, &out);
  }
}

inline void handle_route(collet_plugin* plugin, std::uint32_t index, const collet_request* request,
                         collet_reply raw) noexcept {
  auto& self = instance(plugin);
  try {
    Reply reply(raw);
    if (index >= self.routes.size()) return;
    const RouteEntry& route = self.routes[index];
    if (route.receiver) return receive_body(self.host, route.receiver, *request, std::move(reply));
    route.handler(to_request(*request), std::move(reply));
  } catch (...) {
    log_error(self,
              self.routes[index].method + " " + self.routes[index].pattern + " threw: " + current_error());
  }
}

// ---- sockets
inline void list_sockets(collet_plugin* plugin, void* context,
                         void (*add)(void*, const collet_endpoint*)) noexcept {
  for (const auto& socket : instance(plugin).sockets) {
    const collet_endpoint out{sizeof(collet_endpoint), to_str(socket.pattern), to_str(socket.options.query),
                              socket.options.binary ? 1 : 0};
    add(context, &out);
  }
}

// What the endpoint throws ends the session.
template <class F>
void on_session(collet_plugin* plugin, std::uint32_t index, collet_handle session, F f) noexcept {
  auto& self = instance(plugin);
  try {
    f(*self.sockets.at(index).endpoint);
  } catch (...) {
    log_error(self, "a session of " + self.sockets[index].pattern + " threw: " + current_error());
    try {
      self.host.sessions().close(session, 1011, "Internal error");
    } catch (...) {  // a host without sessions has not called us
    }
  }
}

inline void open_session(collet_plugin* plugin, std::uint32_t index, collet_handle session,
                         const collet_request* request) noexcept {
  on_session(plugin, index, session, [&](auto& endpoint) { endpoint.open(session, to_request(*request)); });
}

inline void session_message(collet_plugin* plugin, std::uint32_t index, collet_handle session,
                            std::int32_t binary, collet_str data) noexcept {
  on_session(plugin, index, session, [&](auto& endpoint) {
    binary != 0 ? endpoint.binary(session, to_view(data)) : endpoint.message(session, to_view(data));
  });
}

inline void session_drained(collet_plugin* plugin, std::uint32_t index, collet_handle session) noexcept {
  on_session(plugin, index, session, [&](auto& endpoint) { endpoint.drained(session); });
}

inline void session_closed(collet_plugin* plugin, std::uint32_t index, collet_handle session,
                           std::int32_t code) noexcept {
  on_session(plugin, index, session, [&](auto& endpoint) { endpoint.closed(session, code); });
}

// ---- tools
inline void list_tools(collet_plugin* plugin, void* context,
                       void (*add)(void*, const collet_tool_info*)) noexcept {
  auto& self = instance(plugin);
  for (const auto& tool : self.tools) {
    ToolInfo info;
    try {
      info = tool->info();
    } catch (...) {  // a tool without a name: the host refuses the plugin
      log_error(self, "a tool's info() threw: " + current_error());
    }
    const collet_tool_info out{sizeof(collet_tool_info),
                               to_str(info.name),
                               to_str(info.description),
                               to_str(info.parameters),
                               to_str(info.action_kind),
                               to_str(info.observation_kind),
                               to_str(info.tool_kind),
                               to_str(info.annotations),
                               to_str(info.title),
                               info.listed ? 1 : 0,
                               info.takes_environment ? 1 : 0};
    add(context, &out);
  }
}

inline void start_tool(collet_plugin* plugin, std::uint32_t index, const collet_tool_call* call,
                       collet_tool_reply raw) noexcept {
  try {
    auto& self = instance(plugin);
    ToolCall copy{to_string(call->conversation), to_string(call->call_id),  to_string(call->action),
                  to_string(call->working_dir),  to_string(call->save_dir), to_pairs(call->environment)};
    starting_call = raw.handle;
    self.tools.at(index)->start(std::move(copy), ToolReply(raw));
    starting_call = 0;
  } catch (...) {
    starting_call = 0;
    ToolReply(raw).fail(current_error());  // without effect where start() has finished the call itself
  }
}

inline void cancel_tool(collet_plugin* plugin, std::uint32_t index, collet_str conversation,
                        collet_str call_id) noexcept {
  auto& self = instance(plugin);
  try {
    self.tools.at(index)->cancel(to_string(conversation), to_string(call_id));
  } catch (...) {
    log_error(self, "a tool's cancel() threw: " + current_error());
  }
}

inline void close_conversation(collet_plugin* plugin, std::uint32_t index, collet_str conversation) noexcept {
  auto& self = instance(plugin);
  try {
    self.tools.at(index)->conversation_closed(to_string(conversation));
  } catch (...) {
    log_error(self, "a tool's conversation_closed() threw: " + current_error());
  }
}

// ---- llm
inline void list_llms(collet_plugin* plugin, void* context,
                      void (*add)(void*, const collet_llm_info*)) noexcept {
  auto& self = instance(plugin);
  for (const auto& entry : self.providers) {
    std::string name;
    std::string models = "[";
    try {
      for (const auto& model : entry->provider->models())
        models += (models.size() == 1 ? "" : ",") + json_quoted(model);
      name = entry->provider->name();
    } catch (...) {  // a provider without a name: the host refuses the plugin
      log_error(self, "a model provider's name() or models() threw: " + current_error());
    }
    models += "]";
    const collet_llm_info out{sizeof(collet_llm_info), to_str(name), to_str(models)};
    add(context, &out);
  }
}

inline void start_llm(collet_plugin* plugin, std::uint32_t index, collet_str request,
                      collet_llm_reply reply) noexcept {
  const auto finish = [&reply](int status, std::string_view text) {
    reply.finish(reply.context, reply.handle, status, to_str(text));
  };
  try {
    auto& entry = *instance(plugin).providers.at(index);
    const RunningCalls<collet_handle>::Entry running(entry.running, reply.handle);
    finish(200, entry.provider->complete(to_string(request), running.cancellation()));
  } catch (const LlmError& error) {
    finish(error.status(), error.what());
  } catch (...) {
    finish(500, current_error());
  }
}

inline void cancel_llm(collet_plugin* plugin, std::uint32_t index, collet_handle handle) noexcept {
  auto& self = instance(plugin);
  try {
    self.providers.at(index)->running.cancel(handle);
  } catch (...) {
    log_error(self, "a model call could not be cancelled: " + current_error());
  }
}

inline const void* feature(collet_plugin* plugin, const char* name) noexcept {
  static constexpr collet_routes kRoutes{sizeof(collet_routes), list_routes, handle_route};
  static constexpr collet_sockets kSockets{sizeof(collet_sockets), list_sockets,    open_session,
                                           session_message,        session_drained, session_closed};
  static constexpr collet_tools kTools{sizeof(collet_tools), list_tools, start_tool, cancel_tool,
                                       close_conversation};
  static constexpr collet_llm kLlm{sizeof(collet_llm), list_llms, start_llm, cancel_llm};
  const auto& self = instance(plugin);
  const std::string_view wanted(name);
  if (wanted == COLLET_FEATURE_ROUTES && !self.routes.empty()) return &kRoutes;
  if (wanted == COLLET_FEATURE_SOCKETS && !self.sockets.empty()) return &kSockets;
  if (wanted == COLLET_FEATURE_TOOLS && !self.tools.empty()) return &kTools;
  if (wanted == COLLET_FEATURE_LLM && !self.providers.empty()) return &kLlm;
  return nullptr;
}

}  // namespace detail
}  // namespace collet
