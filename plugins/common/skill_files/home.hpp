#pragma once
#include <filesystem>
#include <stdexcept>

namespace collet::skill_files {

/// The home folder of the server's user: HOME, else what the system says. Throws std::runtime_error where
/// there is none.
std::filesystem::path home_folder();

}  // namespace collet::skill_files
