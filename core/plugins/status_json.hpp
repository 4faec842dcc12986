// Plugins as operators get them: one JSON for the route and for the command line.
#pragma once
#include <string>
#include <vector>

#include "plugins/plugin_status.hpp"

namespace collet::plugins {

/// {"plugins":[…]}, one object per plugin; docs/plugins.md says what its members are. Nothing in it is
/// secret.
std::string to_json(const std::vector<PluginStatus>& plugins);

}  // namespace collet::plugins
