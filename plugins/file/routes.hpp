// The HTTP routes of the plugin.
#pragma once
#include "collet/plugin.hpp"

namespace collet::file {

void add_routes(Setup& setup);

}  // namespace collet::file
