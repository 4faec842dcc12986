#include "api/server_api.hpp"

#include <memory>

#include "api/route_helpers.hpp"
#include "collet/json.hpp"

namespace collet::api {
namespace {

// The contract that is spoken; clients compare it (1.23.0 and later switch features on).
constexpr std::string_view kProtocolVersion = "1.43.1";

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
    if (tool->description().listed) w.value(tool->description().name);
  w.end();
  w.member("runtime_idle_timeout_seconds", nullptr).raw_member("capabilities", "[]");
  w.member("max_foreground_terminal_timeout_seconds", nullptr).member("docs", "").member("redoc", "").end();
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
  const auto open = [&](std::string path, auto answer) {
    routes.add("GET", std::move(path), http::answering(std::move(answer)), http::Lane::kInline,
               http::Access::kPublic);
  };
  const auto info = [facts](const http::Request&) { return http::Response::json(details(*facts)); };
  const auto ok = [](const http::Request&) { return http::Response::json(R"({"status":"ok"})"); };
  open("/", info);
  open("/server_info", info);
  open("/alive", ok);
  open("/health", ok);
  open("/ready", [facts](const http::Request&) { return readiness(*facts); });
  return routes.result();
}

}  // namespace collet::api
