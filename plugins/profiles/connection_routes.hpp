// /api/llm/provider-connections
#pragma once
#include "collet/plugin.hpp"
#include "connections.hpp"

namespace collet::profiles {

/// `connections` must outlive the plugin's instance.
void add_connection_routes(Setup& setup, Connections& connections);

}  // namespace collet::profiles
