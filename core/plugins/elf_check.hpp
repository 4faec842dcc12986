// Checks that a file is a whole shared library for this machine. The dynamic loader does not: a truncated
// file kills the process inside dlopen.
#pragma once
#include <filesystem>

#include "base/result.hpp"

namespace collet::plugins {

/// kInvalid says what is wrong. Reads the headers only.
Result<void> check_elf(const std::filesystem::path& file);

}  // namespace collet::plugins
