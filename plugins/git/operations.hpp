// What /openapi.json shows of the routes: OpenAPI operation objects, JSON text.
#pragma once
#include <string>

namespace collet::git::operations {

std::string changes();
std::string diff();
std::string commits();
std::string commit_changes();

}  // namespace collet::git::operations
