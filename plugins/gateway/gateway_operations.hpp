// What /openapi.json shows of the routes: OpenAPI operation objects, JSON text.
#pragma once
#include <string>

namespace collet::gateway::operations {

std::string models();
std::string complete();

}  // namespace collet::gateway::operations
