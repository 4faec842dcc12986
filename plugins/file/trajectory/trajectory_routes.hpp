// /api/file/download-trajectory/{id}
#pragma once
#include "collet/plugin.hpp"

namespace collet::file {

void add_trajectory_routes(Setup& setup);

}  // namespace collet::file
