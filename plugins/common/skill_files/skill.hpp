// One skill: text that an agent gets always, on demand, or when a trigger fires.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collet/json.hpp"

namespace collet::skill_files {

enum class Trigger {
  kNone,     ///< always active, or read on demand where it is a SKILL.md
  kKeyword,  ///< a word in a message
  kTask,     ///< the same, and asks for its inputs
  kPath,     ///< a file that matches a glob is touched
};

struct Skill {
  std::string name;
  std::string content;
  Trigger trigger = Trigger::kNone;
  std::vector<std::string> words = {};  ///< keywords; of kPath: globs
  std::optional<std::string> source = {};
  std::optional<std::string> description = {};
  bool is_agentskill = false;             ///< from a SKILL.md (agentskills.io)
  bool disable_model_invocation = false;  ///< only its trigger starts it
  std::string mcp_servers = {};           ///< JSON object text, secrets in clear; empty: none
};

/// How a SKILL.md is read; other files are not concerned.
struct SkillRules {
  /// Its name must be in kebab case.
  bool strict = true;
  /// And that of its folder.
  bool named_as_folder = true;
  /// What counts as the folder's name; empty: what it is called.
  std::string folder_name = {};
  /// False: an .mcp.json beside it belongs to a bundle.
  bool reads_mcp = true;
};

/// Reads one file: a SKILL.md (any case), a file of instructions (AGENTS.md, .cursorrules, …), or another
/// Markdown file, whose name comes from its path under `base`. Throws FileError.
Skill load_skill(const std::filesystem::path& file, const std::filesystem::path& base = {},
                 const SkillRules& rules = {});

/// The SKILL.md in this folder, in any case.
std::optional<std::filesystem::path> find_skill_file(const std::filesystem::path& folder);

/// "agents" for AGENTS.md; nothing for a file that is not read as instructions.
std::optional<std::string> instructions_name(const std::filesystem::path& file);

/// Always active where the file lies at the top, else for files under `folder` (relative to the project).
Skill load_instructions(const std::filesystem::path& file, const std::string& folder = {});

/// As the API shows it: {name, type, content, triggers, source, description, …}.
void write(json::Writer& writer, const Skill& skill);

}  // namespace collet::skill_files
