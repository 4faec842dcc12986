// /api/file/archive
#pragma once
#include "collet/plugin.hpp"

namespace collet::file {

void add_archive_routes(Setup& setup);

}  // namespace collet::file
