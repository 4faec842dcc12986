// What /openapi.json shows of the routes: OpenAPI operation objects, JSON text.
#pragma once
#include <string>

namespace collet::profiles::operations {

std::string list_profiles();
std::string get_profile();
std::string save_profile();
std::string delete_profile();
std::string validate_profile();
std::string rename_profile();
std::string activate_profile();

std::string list_connections();
std::string create_connection();
std::string update_connection();
std::string delete_connection();

std::string list_agent_profiles();
std::string get_agent_profile();
std::string save_agent_profile();
std::string delete_agent_profile();
std::string rename_agent_profile();
std::string activate_agent_profile();
std::string materialize_agent_profile();

// What these add to routes of the server: bodies and other answers are as there.
std::string name_active_profile();
std::string start_from_profile();

}  // namespace collet::profiles::operations
