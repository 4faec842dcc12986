// Finds files in a project without looking into what is not its own.
#pragma once
#include <filesystem>
#include <functional>
#include <vector>

namespace collet::skill_files {

/// Files below the folders of `project`, not at its top, that `wanted` names; sorted by folder. Inside a
/// repository what git ignores is left out, elsewhere hidden folders and node_modules are. Links to folders
/// are not followed. Looks at 50,000 entries at most, 16 folders deep, and gives 200 files.
std::vector<std::filesystem::path> nested_files(
    const std::filesystem::path& project, const std::function<bool(const std::filesystem::path&)>& wanted);

}  // namespace collet::skill_files
