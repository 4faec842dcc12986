// Bundles: folders of skills, commands, hooks, agents and MCP servers that are installed together. The API
// calls them plugins; they have nothing to do with the server's own.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "installed.hpp"
#include "skill.hpp"
#include "skill_folders.hpp"

namespace collet::skill_files {

/// What `.plugin/plugin.json` or `.claude-plugin/plugin.json` says; without one the folder's name counts.
/// Throws FileError: it cannot be read, or has no name.
About bundle_about(const std::filesystem::path& folder, const std::string& name);

/// `skills/NAME/SKILL.md`, `skills/*.md` or, without such a folder, a SKILL.md at the top; then the commands,
/// `commands/NAME.md`, as skills `BUNDLE:NAME` with the trigger `/BUNDLE:NAME`.
std::vector<Skill> bundle_skills(const std::filesystem::path& folder, const std::string& bundle,
                                 const Warn& warn);

/// Files relative to `folder`, sorted, at most 2,000; without `.git`, links to folders not followed.
std::vector<std::string> bundle_files(const std::filesystem::path& folder);

}  // namespace collet::skill_files
