// /api/file/create_directory, home, search_subdirs
#pragma once
#include "collet/plugin.hpp"

namespace collet::file {

void add_folder_routes(Setup& setup);

}  // namespace collet::file
