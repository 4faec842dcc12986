// /api/file/upload and /api/file/download, with the path in the query or in the path.
#pragma once
#include "collet/plugin.hpp"

namespace collet::file {

void add_transfer_routes(Setup& setup);

}  // namespace collet::file
