#include "api/auth_api.hpp"

#include <utility>

#include "api/route_helpers.hpp"

namespace collet::api {
namespace {

http::Response with_cookie(std::string field) {
  http::Response response = http::Response::empty(204);
  response.headers.emplace_back("set-cookie", std::move(field));
  return response;
}

}  // namespace

Result<void> add_auth_routes(http::Router& router, WorkspaceSessions sessions) {
  Routes routes(router);
  const auto add = [&](const char* method, std::string_view name, std::string_view summary, auto answer) {
    routes.add(method, "/api/auth/workspace-session",
               {.name = name, .tag = "Auth", .summary = summary, .status = 204},
               http::answering(std::move(answer)), http::Lane::kInline);
  };
  add("POST", "create_workspace_session", "A cookie that opens the workspaces' files to this browser",
      [open = std::move(sessions.open)](const http::Request& request) { return with_cookie(open(request)); });
  add("DELETE", "delete_workspace_session", "Takes the cookie away",
      [close = std::move(sessions.close)](const http::Request&) { return with_cookie(close()); });
  return routes.result();
}

}  // namespace collet::api
