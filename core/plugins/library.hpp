// One plugin's shared library: loaded once, never unloaded.
#pragma once
#include "base/result.hpp"
#include "collet/abi/entry.h"
#include "plugins/file_check.hpp"

namespace collet::plugins {

/// Loads the library and checks its entry symbol, which lives as long as the process. Nothing of the plugin
/// is called but what the dynamic loader calls. The loader opens the file by its name: a library that is not
/// the file that was checked, or that was written to meanwhile, is refused. kInvalid says what is wrong: the
/// loader's own words, or the entry's member.
Result<const collet_entry*> load_library(const CheckedFile& file);

/// What is wrong with an entry, one line; empty: nothing. Pure.
std::string check_entry(const collet_entry& entry);

}  // namespace collet::plugins
