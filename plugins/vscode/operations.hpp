// What /openapi.json shows of the routes.
#pragma once
#include <string>

namespace collet::vscode::operations {

std::string status();
std::string url();

}  // namespace collet::vscode::operations
