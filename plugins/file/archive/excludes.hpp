// What is left out of archives. Pure functions.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace collet::file {

/// Dependencies, caches and what builds make; part of the contract: an archive's manifest lists them.
const std::vector<std::string>& default_excludes();

/// Whether one of the patterns holds for a path relative to the archive's folder. "name" holds for a part of
/// the path at any depth, "a/b" for the path itself and all below it, "…/" for folders only; `*` never
/// crosses a slash.
bool is_excluded(std::string_view path, bool is_folder, const std::vector<std::string>& patterns);

/// Files of a .git folder that may hold passwords and tokens: never in an archive.
bool is_sensitive(std::string_view path);

}  // namespace collet::file
