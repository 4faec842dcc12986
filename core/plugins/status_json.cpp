#include "plugins/status_json.hpp"

#include "base/time.hpp"
#include "collet/json.hpp"

namespace collet::plugins {
namespace {

void add_names(json::Writer& w, std::string_view key, const std::vector<std::string>& names) {
  w.key(key).array();
  for (const auto& name : names) w.value(name);
  w.end();
}

void add_load(json::Writer& w, std::string_view key, const Load& load) {
  w.key(key).object().member("waiting", static_cast<std::uint64_t>(load.waiting));
  w.member("running", static_cast<std::uint64_t>(load.running)).end();
}

void add_plugin(json::Writer& w, const PluginStatus& plugin) {
  w.object().member("name", plugin.name).member("id", plugin.id).member("version", plugin.version);
  w.member("file", plugin.file).member("state", to_string(plugin.state)).member("error", plugin.error);
  if (plugin.last_error.message.empty())
    w.raw_member("last_error", "null");
  else
    w.key("last_error")
        .object()
        .member("message", plugin.last_error.message)
        .member("time", utc_timestamp(plugin.last_error.micros))
        .end();
  add_names(w, "routes", plugin.routes);
  add_names(w, "sockets", plugin.sockets);
  add_names(w, "tools", plugin.tools);
  add_names(w, "providers", plugin.providers);
  add_load(w, "requests", plugin.requests);
  add_load(w, "tool_calls", plugin.tool_calls);
  add_load(w, "model_calls", plugin.model_calls);
  w.member("news_waiting", static_cast<std::uint64_t>(plugin.news_waiting)).key("running").array();
  for (const auto& call : plugin.running) {
    w.object().member("tool", call.tool).member("conversation", call.conversation);
    w.member("call_id", call.call_id).member("seconds", static_cast<double>(call.age.count()) / 1000);
    w.member("progress", call.progress).end();
  }
  w.end().end();
}

}  // namespace

std::string to_json(const std::vector<PluginStatus>& plugins) {
  json::Writer w;
  w.object().key("plugins").array();
  for (const auto& plugin : plugins) add_plugin(w, plugin);
  return w.end().end().take();
}

}  // namespace collet::plugins
