// Checks that a file is a whole shared library for this machine. The dynamic loader does not: a truncated
// file kills the process inside dlopen.
#pragma once
#include "base/result.hpp"

namespace collet::plugins {

/// `file`: an open descriptor; its position is not used. kInvalid says what is wrong. Reads the headers only.
Result<void> check_elf(int file);

}  // namespace collet::plugins
