// /api/settings, its MCP servers one by one, and the schemas that say how clients show the settings.
#pragma once
#include "base/result.hpp"

namespace collet::http {
class Router;
}
namespace collet::settings {
class SettingsService;
}

namespace collet::api {

class PlainReads;

/// Adds the routes. `service` must outlive the router.
Result<void> add_settings_routes(http::Router& router, settings::SettingsService& service,
                                 const PlainReads& reads);

}  // namespace collet::api
