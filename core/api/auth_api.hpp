// The workspace cookie: POST and DELETE /api/auth/workspace-session.
#pragma once
#include <functional>
#include <string>

#include "base/result.hpp"
#include "http/message.hpp"
#include "http/router.hpp"

namespace collet::api {

/// The Set-Cookie fields that give a caller the cookie, and that take it away.
struct WorkspaceSessions {
  std::function<std::string(const http::Request&)> open;
  std::function<std::string()> close;
};

Result<void> add_auth_routes(http::Router& router, WorkspaceSessions sessions);

}  // namespace collet::api
