// GET /api/collet/plugins: what is loaded, and what it is doing. A route of Collet's own: in the contract,
// /api/plugins is something else.
#pragma once
#include <functional>
#include <vector>

#include "base/result.hpp"
#include "http/router.hpp"
#include "plugins/plugin_status.hpp"

namespace collet::api {

/// `status` is called on I/O threads.
Result<void> add_plugin_routes(http::Router& router,
                               std::function<std::vector<plugins::PluginStatus>()> status);

}  // namespace collet::api
