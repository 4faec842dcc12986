// A checked and loaded plugin library. For the host's own files.
#pragma once
#include <filesystem>

#include "base/result.hpp"
#include "collet/abi/entry.h"
#include "plugins/inspect.hpp"

namespace collet::plugins {

struct Loading {
  const collet_entry* entry = nullptr;  ///< lives as long as the process
  Identity identity;
};

/// All checks before create, then the library. `sha256` as in inspect(). kInvalid: why it is refused.
Result<Loading> load_checked(const std::filesystem::path& file, const std::string& sha256);

}  // namespace collet::plugins
