// Which routes each of the core's routers has.
#pragma once
#include "api/init_api.hpp"
#include "base/result.hpp"
#include "server/parts.hpp"

namespace collet::server {

/// Adds those of all kRouters but `off` to the parts' router. `parts` and `initialization` outlive the
/// router.
Result<void> add_core_routes(Parts& parts, api::Initialization& initialization,
                             const std::set<std::string>& off);

}  // namespace collet::server
