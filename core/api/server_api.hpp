// What the server says of itself: /, /server_info, /alive, /health, /ready. All public.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/tool.hpp"
#include "api/activity.hpp"
#include "base/result.hpp"
#include "http/router.hpp"

namespace collet::api {

/// The contract that is spoken; clients compare it (1.23.0 and later switch features on).
inline constexpr std::string_view kProtocolVersion = "1.43.1";

struct ServerFacts {
  std::string collet_version;
  const agent::ToolRegistry& tools;
  const Activity& activity;
  /// Names of what keeps the server from being ready; empty: ready. Called on I/O threads.
  std::function<std::vector<std::string>()> not_ready;
};

Result<void> add_server_routes(http::Router& router, ServerFacts facts);

}  // namespace collet::api
