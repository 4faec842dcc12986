// The plugin's "routes" as routes of the server.
#pragma once
#include "base/result.hpp"
#include "http/router.hpp"

namespace collet::plugins {

class Guest;

/// Registers the guest's routes, owned by its name, on its own queue. They answer 503 while it is not
/// started, and 404 once it is refused. kInvalid: a route is malformed or there already; those before it
/// stay.
Result<void> register_routes(Guest& guest, http::Router& router);

}  // namespace collet::plugins
