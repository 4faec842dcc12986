// One plugin's shared library: loaded once, never unloaded.
#pragma once
#include <filesystem>

#include "base/result.hpp"
#include "collet/abi/entry.h"

namespace collet::plugins {

/// Loads the library and checks its entry symbol, which lives as long as the process. Nothing of the plugin
/// is called but what the dynamic loader calls. kInvalid says what is wrong: the loader's own words, or the
/// entry's member.
Result<const collet_entry*> load_library(const std::filesystem::path& file);

/// What is wrong with an entry, one line; empty: nothing. Pure.
std::string check_entry(const collet_entry& entry);

}  // namespace collet::plugins
