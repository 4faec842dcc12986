// `collet plugins new`: a plugin project made from the template.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace collet::server {

/// The template as installed, or as linked into the build folder: ../share/collet/template beside the
/// program's folder.
std::filesystem::path template_folder();

/// What is wrong with a new plugin's name, one line; empty: nothing. Pure.
std::string check_new_name(std::string_view name);

/// Copies `from` to `to`, which must not exist, with the plugin's name put in for the template's: in texts
/// and in the files' names; as it is, as a C identifier ("word_count") and as a class ("WordCount"). Leaves
/// nothing behind when it fails. Any thread; blocks on the disk.
Result<void> make_plugin(const std::filesystem::path& from, const std::filesystem::path& to,
                         const std::string& name);

/// The command: makes the project, prints what comes next, returns the exit status. Empty `directory`: a new
/// folder of the plugin's name.
int new_plugin(const std::string& name, const std::string& directory);

}  // namespace collet::server
