// Agents that other agents may call: a Markdown file with front matter each, its text the system prompt.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "collet/json.hpp"
#include "skill_folders.hpp"

namespace collet::sub_agents {

struct AgentDefinition {
  std::string name;
  json::Document shown;  ///< as the API shows it; no secret in it
};

/// `source`: where the text comes from; `default_name`: where it names none; `level`: "project", "user",
/// "builtin". Pure. Throws skill_files::FileError: the front matter is wrong.
AgentDefinition read_agent(std::string_view text, const std::string& default_name, const std::string& level,
                           const std::string& source);

/// `.agents/agents/*.md`, then `.openhands/agents/*.md` in `root`, but no README.md; the first of a name
/// counts. What is wrong with a file is a warning. Blocks on the disk.
std::vector<AgentDefinition> agents_in(const std::filesystem::path& root, const std::string& level,
                                       const skill_files::Warn& warn);

}  // namespace collet::sub_agents
