#include "bundle.hpp"

#include <algorithm>

#include "front_matter.hpp"
#include "text_file.hpp"

namespace collet::skill_files {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFiles = 2000;

bool is_markdown(const fs::path& file) {
  std::error_code error;
  return file.extension() == ".md" && lower(file.filename().string()) != "readme.md" &&
         fs::is_regular_file(file, error);
}

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

const json::Value* first_of(const json::Value& fields, std::initializer_list<std::string_view> names) {
  for (const auto name : names)
    if (const auto* found = json::find(fields, name); found != nullptr && !found->IsNull()) return found;
  return nullptr;
}

std::string joined(const json::Value& value) {
  if (!value.IsArray()) return as_text(value);
  std::string all;
  for (const auto& item : value.GetArray()) all += (all.empty() ? "" : " ") + as_text(item);
  return all;
}

Skill load_command(const fs::path& file, const std::string& bundle) {
  auto from = read_front_matter(read_text(file));
  const auto command = file.stem().string();
  const auto* description = first_of(from.fields, {"description"});
  const auto* hint = first_of(from.fields, {"argument-hint", "argumentHint"});
  Skill skill;
  skill.name = bundle + ":" + command;
  skill.source = file.string();
  skill.trigger = Trigger::kKeyword;
  skill.words = {"/" + skill.name};
  const auto text = description == nullptr ? std::string() : as_text(*description);
  skill.description = text.empty() ? "Command " + command + " of " + bundle : text;
  if (!text.empty()) skill.content += "## " + command + "\n\n" + text + "\n\n";
  if (hint != nullptr) skill.content += "**Arguments**: `$ARGUMENTS` - " + joined(*hint) + "\n\n";
  skill.content = std::string(stripped(skill.content + from.content));
  return skill;
}

}  // namespace

About bundle_about(const fs::path& folder, const std::string& name) {
  for (const auto* place : {".plugin/plugin.json", ".claude-plugin/plugin.json"}) {
    std::error_code error;
    if (!fs::exists(folder / place, error)) continue;
    const auto manifest = json::parse(read_text(folder / place));
    if (!manifest || !manifest->IsObject()) throw FileError(std::string(place) + " is no JSON object");
    const auto named = json::string_at(*manifest, "name");
    if (!named || named->empty()) throw FileError(std::string(place) + " has no name");
    for (const auto* member : {"version", "description"})
      if (const auto* value = json::find(*manifest, member); value != nullptr && !value->IsString())
        throw FileError("'" + std::string(member) + "' in " + place + " must be a text");
    return {std::string(*named), json::string_or(*manifest, "version", "1.0.0"),
            json::string_or(*manifest, "description")};
  }
  return {name, "1.0.0", "From the folder " + name};
}

std::vector<Skill> bundle_skills(const fs::path& folder, const std::string& bundle, const Warn& warn) {
  SkillSet skills(warn);
  SkillRules relaxed;
  relaxed.strict = false;
  if (is_folder(folder / "skills")) {
    for (const auto& entry : entries(folder / "skills")) {
      if (const auto file = is_folder(entry) ? find_skill_file(entry) : std::nullopt)
        skills.add_file(*file, folder / "skills", relaxed);
      else if (is_markdown(entry))
        skills.add_file(entry, folder / "skills", relaxed);
    }
  } else if (const auto file = find_skill_file(folder)) {
    relaxed.reads_mcp = false;
    relaxed.folder_name = bundle;
    skills.add_file(*file, folder, relaxed);
  }
  for (const auto& entry : entries(folder / "commands")) {
    if (!is_markdown(entry)) continue;
    try {
      skills.add(load_command(entry, bundle));
    } catch (const FileError& error) {
      if (warn) warn(entry.string() + " is left out: " + error.what());
    }
  }
  return skills.take();
}

std::vector<std::string> bundle_files(const fs::path& folder) {
  std::vector<std::string> files;
  std::error_code error;
  auto at = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, error);
  std::size_t seen = 0;
  for (; !error && at != fs::recursive_directory_iterator() && ++seen < 50'000; at.increment(error)) {
    std::error_code ignored;
    if (at->path().filename() == ".git")
      at.disable_recursion_pending();
    else if (!at->is_directory(ignored))
      files.push_back(at->path().lexically_relative(folder).generic_string());
  }
  std::sort(files.begin(), files.end());
  if (files.size() > kMostFiles) files.resize(kMostFiles);
  return files;
}

}  // namespace collet::skill_files
