// /api/conversations/{id}/workspace: the files of a conversation's workspace, for browsers.
#pragma once
#include "collet/plugin.hpp"

namespace collet::file {

void add_workspace_routes(Setup& setup);

}  // namespace collet::file
