// What /openapi.json shows of the routes: OpenAPI operation objects, JSON text.
#pragma once
#include <string>

namespace collet::nested::operations {

std::string store_settings();
std::string add_git_providers();
std::string unset_provider_tokens();
std::string list_secrets();
std::string add_secrets();
std::string change_secret();
std::string delete_secret();
std::string set_exp_config();
std::string stop_conversation();
// Of the older forms of present routes.
std::string older_start();
std::string first_events();
std::string older_message();

}  // namespace collet::nested::operations
