#include "api/server_api.hpp"

#include <memory>

#include "api/models.hpp"
#include "api/route_helpers.hpp"
#include "collet/json.hpp"

namespace collet::api {
namespace {

double rounded(double seconds) {
  return static_cast<double>(static_cast<std::int64_t>(seconds * 1000)) / 1000;
}

std::string details(const ServerFacts& facts) {
  json::Writer w;
  w.object().member("uptime", rounded(facts.activity.uptime_seconds()));
  w.member("idle_time", rounded(facts.activity.idle_seconds())).member("title", "Collet");
  for (const auto name : {"version", "sdk_version", "tools_version", "workspace_version"})
    w.member(name, kProtocolVersion);
  w.member("collet_version", facts.collet_version);
  w.member("build_git_sha", "unknown").member("build_git_ref", "unknown").member("python_version", nullptr);
  w.key("usable_tools").array();
  for (const auto& tool : facts.tools.all())
    if (tool->description().listed && tool->usable()) w.value(tool->description().name);
  w.end();
  w.member("runtime_idle_timeout_seconds", nullptr).raw_member("capabilities", "[]");
  w.member("max_foreground_terminal_timeout_seconds", nullptr).member("docs", "/docs");
  w.member("redoc", "/redoc").end();
  return w.take();
}

http::Response readiness(const ServerFacts& facts) {
  const auto missing = facts.not_ready();
  if (missing.empty()) return http::Response::json(R"({"status":"ready"})");
  json::Writer w;
  w.object().member("status", "initializing").key("message");
  std::string names;
  for (const auto& name : missing) names += (names.empty() ? "" : ", ") + name;
  w.value("Not ready: " + names).end();
  return http::Response::json(w.take(), 503);
}

}  // namespace

Result<void> add_server_routes(http::Router& router, ServerFacts given) {
  const auto facts = std::make_shared<const ServerFacts>(std::move(given));
  Routes routes(router);
  const auto open = [&](std::string path, std::string_view name, std::string_view summary,
                        const Schema& schema, auto answer) {
    Operation operation{.name = name, .tag = "Server Details", .summary = summary, .answer = &schema};
    if (name == "ready") operation.others = {503};
    routes.add("GET", std::move(path), operation, http::answering(std::move(answer)), http::Lane::kInline,
               http::Access::kPublic);
  };
  const auto info = [facts](const http::Request&) { return http::Response::json(details(*facts)); };
  const auto ok = [](const http::Request&) { return http::Response::json(R"({"status":"ok"})"); };
  open("/", "get_server_info", "What this server is", kServerInfo, info);
  open("/server_info", "get_server_info", "What this server is", kServerInfo, info);
  open("/alive", "alive", "Whether it runs", kHealthStatus, ok);
  open("/health", "health", "Whether it runs", kHealthStatus, ok);
  open("/ready", "ready", "Whether it can be used", kReadiness,
       [facts](const http::Request&) { return readiness(*facts); });
  return routes.result();
}

}  // namespace collet::api
