// Checks that nobody but root, the program's owner or our own user could have put a file there or changed it.
#pragma once
#include <filesystem>

#include "base/result.hpp"

namespace collet::plugins {

/// Looks at the file behind any links, at its folder, and at the folder of the link. kInvalid says what is
/// wrong.
Result<void> check_file(const std::filesystem::path& file);

}  // namespace collet::plugins
