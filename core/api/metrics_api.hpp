// GET /metrics: what the server counts about itself, for Prometheus. A route of Collet's own.
#pragma once
#include <functional>
#include <string>

#include "base/result.hpp"
#include "http/router.hpp"

namespace collet::api {

/// `text` makes the answer, in Prometheus' text format 0.0.4; it is called on I/O threads. `is_public`: no
/// session key is needed.
Result<void> add_metrics_route(http::Router& router, bool is_public, std::function<std::string()> text);

}  // namespace collet::api
