#include "skill_folders.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "project_walk.hpp"
#include "text_file.hpp"

namespace collet::skill_files {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostSkills = 2000;
constexpr std::size_t kMostBytes = std::size_t{16} << 20;
constexpr std::size_t kMostEntries = 10'000;
constexpr int kMostDepth = 16;
constexpr std::array<const char*, 3> kSkillFolders = {".agents/skills", ".openhands/skills",
                                                      ".openhands/microagents"};

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

bool is_skill_text(const fs::path& file) {
  return file.extension() == ".md" && file.filename() != "README.md" &&
         lower(file.filename().string()) != "skill.md";
}

// Markdown under `folder`, without what belongs to the folders in `apart`; links to folders are not followed.
std::vector<fs::path> other_texts(const fs::path& folder, const std::set<fs::path>& apart) {
  std::vector<fs::path> files;
  std::error_code error;
  auto at = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, error);
  std::size_t seen = 0;
  for (; !error && at != fs::recursive_directory_iterator() && ++seen <= kMostEntries; at.increment(error)) {
    std::error_code ignored;
    if (apart.count(at->path()) != 0 || at.depth() >= kMostDepth) at.disable_recursion_pending();
    if (is_skill_text(at->path()) && at->is_regular_file(ignored)) files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Of two in one category the later counts, in the place of the first.
void put(std::vector<Skill>& into, Skill skill) {
  const auto old =
      std::find_if(into.begin(), into.end(), [&](const Skill& one) { return one.name == skill.name; });
  if (old == into.end())
    into.push_back(std::move(skill));
  else
    *old = std::move(skill);
}

}  // namespace

std::optional<fs::path> repository_root(const fs::path& folder) {
  for (auto at = folder; !at.empty(); at = at.parent_path()) {
    std::error_code error;
    if (fs::exists(at / ".git", error)) return at;
    if (at == at.parent_path()) break;
  }
  return std::nullopt;
}

std::vector<fs::path> entries(const fs::path& folder) {
  std::vector<fs::path> all;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end && all.size() < kMostEntries;
       at.increment(error))
    all.push_back(at->path());
  std::sort(all.begin(), all.end());
  return all;
}

void SkillSet::warn(const fs::path& file, const std::string& why) const {
  if (warn_) warn_(file.string() + " is left out: " + why);
}

std::optional<Skill> SkillSet::load(const fs::path& file, const fs::path& base,
                                    const SkillRules& rules) const {
  try {
    return load_skill(file, base, rules);
  } catch (const FileError& error) {
    warn(file, error.what());
    return std::nullopt;
  }
}

void SkillSet::add(Skill skill) {
  const auto size = skill.content.size() + skill.name.size();
  if (names_.count(skill.name) != 0) return;
  if (skills_.size() == kMostSkills || bytes_ + size > kMostBytes) {
    warn(skill.source.value_or(skill.name), "there are too many skills, or too long ones");
    return;
  }
  bytes_ += size;
  names_.insert(skill.name);
  skills_.push_back(std::move(skill));
}

void SkillSet::add_file(const fs::path& file, const fs::path& base, const SkillRules& rules) {
  if (auto skill = load(file, base, rules)) add(std::move(*skill));
}

void SkillSet::add_folder(const fs::path& folder, const fs::path& skip) {
  std::set<fs::path> apart = {skip};
  std::vector<fs::path> files;
  for (const auto& entry : entries(folder)) {
    if (entry == skip || !is_folder(entry)) continue;
    if (auto file = find_skill_file(entry)) {
      files.push_back(std::move(*file));
      apart.insert(entry);
    }
  }
  for (auto& file : other_texts(folder, apart)) files.push_back(std::move(file));
  std::vector<Skill> always, triggered, agentskills;
  for (const auto& file : files) {
    auto skill = load(file, folder, {});
    if (!skill) continue;
    auto& category = skill->is_agentskill               ? agentskills
                     : skill->trigger == Trigger::kNone ? always
                                                        : triggered;
    put(category, std::move(*skill));
  }
  for (auto* category : {&always, &triggered, &agentskills})
    for (auto& skill : *category) add(std::move(skill));
}

void SkillSet::add_instructions(const fs::path& project) {
  std::set<std::string> names;
  std::set<fs::path> files;  // CLAUDE.md is often a link to AGENTS.md
  for (const auto& entry : entries(project)) {
    std::error_code error;
    if (!instructions_name(entry) || !fs::is_regular_file(entry, error)) continue;
    if (!names.insert(lower(entry.filename().string())).second) continue;
    if (files.insert(fs::canonical(entry, error)).second) add_file(entry, {});
  }
}

void SkillSet::add_nested_instructions(const fs::path& project) {
  std::set<fs::path> files;
  for (const auto& file :
       nested_files(project, [](const fs::path& path) { return instructions_name(path).has_value(); })) {
    std::error_code error;
    if (!files.insert(fs::canonical(file, error)).second) continue;
    try {
      add(load_instructions(file, file.parent_path().lexically_relative(project).generic_string()));
    } catch (const FileError& wrong) {
      warn(file, wrong.what());
    }
  }
}

std::vector<Skill> project_skills(const fs::path& project, const Warn& warn) {
  SkillSet skills(warn);
  std::vector<fs::path> roots = {project};
  if (const auto root = repository_root(project); root && *root != project) roots.push_back(*root);
  for (const auto& root : roots) skills.add_instructions(root);
  skills.add_nested_instructions(project);
  for (const auto& root : roots)
    for (const auto* folder : kSkillFolders) skills.add_folder(root / folder);
  return skills.take();
}

fs::path installed_skills_folder(const fs::path& home) { return home / ".openhands/skills/installed"; }

std::vector<Skill> user_skills(const fs::path& home, const std::vector<fs::path>& installed,
                               const Warn& warn) {
  SkillSet skills(warn);
  for (const auto* folder : kSkillFolders) skills.add_folder(home / folder, installed_skills_folder(home));
  for (const auto& folder : installed)
    if (const auto file = find_skill_file(folder)) skills.add_file(*file, {});
  return skills.take();
}

}  // namespace collet::skill_files
