// What /openapi.json shows of the routes: OpenAPI operation objects, JSON text.
#pragma once
#include <string>

namespace collet::file::operations {

std::string upload();
std::string upload_to_path();
std::string download();
std::string download_head();
std::string download_from_path();
std::string download_from_path_head();
std::string create_directory();
std::string home();
std::string search_subdirs();
std::string archive();
std::string download_trajectory();
std::string workspace_root();
std::string workspace_root_head();
std::string workspace_file();
std::string workspace_file_head();

}  // namespace collet::file::operations
