// What /openapi.json shows of the routes: OpenAPI operation objects, JSON text.
#pragma once
#include <string>

namespace collet::llm_catalogue::operations {

std::string providers();
std::string models();
std::string verified();
std::string subscription_models();
std::string subscription_status();
std::string device_start();
std::string device_poll();
std::string logout();

}  // namespace collet::llm_catalogue::operations
