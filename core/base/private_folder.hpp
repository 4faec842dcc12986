#pragma once
#include <filesystem>

#include "base/result.hpp"

namespace collet {

/// Makes a folder that only our user may enter (0700), and what is missing above it. One that is there
/// already gets these permissions. kUnavailable with the reason.
Result<void> make_private_folder(const std::filesystem::path& folder);

}  // namespace collet
