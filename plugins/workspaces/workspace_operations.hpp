// What /openapi.json shows of the routes: OpenAPI operation objects, JSON text.
#pragma once
#include <string>

namespace collet::workspaces::operations {

std::string list();
std::string add();
std::string remove();
std::string add_parents();
std::string remove_parent();

}  // namespace collet::workspaces::operations
