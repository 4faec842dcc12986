#pragma once
#include <filesystem>

namespace collet::skill_files {

/// The home folder of the server's user: HOME, else what the system says, else "/".
std::filesystem::path home_folder();

}  // namespace collet::skill_files
