#include "api/plugins_api.hpp"

#include "api/route_helpers.hpp"
#include "plugins/status_json.hpp"

namespace collet::api {
namespace {

constexpr Schema kText = text();
constexpr Schema kNames = list_of(kText);
constexpr Member kLoadMembers[] = {{"waiting", integer(), true}, {"running", integer(), true}};
constexpr Schema kLoad = object("", kLoadMembers);
constexpr Member kCallMembers[] = {
    {"tool", text(), true},
    {"conversation", uuid(), true},
    {"call_id", text(), true},
    {"seconds", number("since the agent made it"), true},
    {"progress", text("the last that the tool has shown"), true},
};
constexpr Schema kCall = object("", kCallMembers);
constexpr Member kErrorMembers[] = {
    {"message", text("one line"), true},
    {"time", moment(), true},
};
constexpr Schema kLastError =
    object("", kErrorMembers, "of a handler, a tool's call, or the plugin's own log");
constexpr Member kPluginMembers[] = {
    {"name", text("its key in the config"), true},
    {"id", text("empty when it was not opened"), true},
    {"version", text(), true},
    {"file", text(), true},
    {"state", choice("disabled|refused|created|starting|started|failed|stopped"), true},
    {"error", text("why it is refused or failed, else empty"), true},
    {"last_error", maybe(kLastError), true},
    {"routes", kNames, true},
    {"sockets", kNames, true},
    {"tools", kNames, true},
    {"providers", kNames, true},
    {"requests", kLoad, true},
    {"tool_calls", kLoad, true},
    {"model_calls", kLoad, true},
    {"news_waiting", integer("of sockets and events"), true},
    {"running", list_of(kCall), true},
};
constexpr Schema kPlugin = object("", kPluginMembers);
constexpr Member kAnswerMembers[] = {{"plugins", list_of(kPlugin), true}};
constexpr Schema kAnswer = object("", kAnswerMembers);

}  // namespace

// On the I/O thread: it has to answer when the workers are what is stuck.
Result<void> add_plugin_routes(http::Router& router,
                               std::function<std::vector<plugins::PluginStatus>()> status) {
  Routes routes(router);
  routes.add("GET", "/api/collet/plugins",
             {.name = "list_loaded_plugins",
              .tag = "Server Details",
              .summary = "What is loaded, and what it is doing",
              .answer = &kAnswer},
             http::answering([status = std::move(status)](const http::Request&) {
               return http::Response::json(plugins::to_json(status()));
             }),
             http::Lane::kInline);
  return routes.result();
}

}  // namespace collet::api
