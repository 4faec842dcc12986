// The folders that hold skills, and which of several skills of one name counts.
#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "skill.hpp"

namespace collet::skill_files {

/// Told of each file that is left out and why; one line.
using Warn = std::function<void(const std::string&)>;

/// The nearest folder upwards, from `folder` itself, that has a `.git`.
std::optional<std::filesystem::path> repository_root(const std::filesystem::path& folder);

/// Sorted entries, at most 10,000; empty for what is no folder.
std::vector<std::filesystem::path> entries(const std::filesystem::path& folder);

/// Collects skills; the first of a name stays. At most 2,000 skills and 16 MiB of text. One thread.
class SkillSet {
 public:
  explicit SkillSet(Warn warn) : warn_(std::move(warn)) {}

  void add(Skill skill);
  /// Loads one file; what is wrong with it is a warning.
  void add_file(const std::filesystem::path& file, const std::filesystem::path& base,
                const SkillRules& rules = {});
  /// `NAME/SKILL.md` and other Markdown at any depth (but README.md), where it doesn't belong to a SKILL.md:
  /// those that are always active first, then those with triggers, then the SKILL.md. Links to folders and
  /// the folder `skip` are not followed.
  void add_folder(const std::filesystem::path& folder, const std::filesystem::path& skip = {});
  /// AGENTS.md and its like at the top of `project`, then those further down, which count for their folder.
  void add_instructions(const std::filesystem::path& project);
  void add_nested_instructions(const std::filesystem::path& project);

  std::vector<Skill> take() { return std::move(skills_); }

 private:
  void warn(const std::filesystem::path& file, const std::string& why) const;
  std::optional<Skill> load(const std::filesystem::path& file, const std::filesystem::path& base,
                            const SkillRules& rules) const;

  Warn warn_;
  std::vector<Skill> skills_;
  std::unordered_set<std::string> names_;
  std::size_t bytes_ = 0;
};

/// Of a project: instructions, then `.agents/skills`, `.openhands/skills`, `.openhands/microagents`; in
/// `project` first, then at the top of its repository.
std::vector<Skill> project_skills(const std::filesystem::path& project, const Warn& warn);

/// Of a user: `.agents/skills`, `.openhands/skills`, `.openhands/microagents` in `home`, then `installed`,
/// the folders of installed skills that are switched on.
std::vector<Skill> user_skills(const std::filesystem::path& home,
                               const std::vector<std::filesystem::path>& installed, const Warn& warn);

/// Where installed skills are.
std::filesystem::path installed_skills_folder(const std::filesystem::path& home);

}  // namespace collet::skill_files
