#include "skill.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "front_matter.hpp"
#include "mcp_servers.hpp"
#include "text_file.hpp"

namespace collet::skill_files {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostDescription = 1024;  // characters
constexpr std::size_t kMostName = 64;
constexpr std::string_view kAskForInputs =
    "\n\nAsk the user for each of these variables that is not given yet.";

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kInstructions = {
    {{".cursorrules", "cursorrules"},
     {"agents.md", "agents"},
     {"agent.md", "agents"},
     {"claude.md", "claude"},
     {"gemini.md", "gemini"}}};

const json::Value* find(const json::Value& fields, std::string_view name) {
  const auto* found = json::find(fields, name);
  return found == nullptr || found->IsNull() ? nullptr : found;
}

std::vector<std::string> texts(const json::Value& value, const std::string& name) {
  if (!value.IsArray()) throw FileError("'" + name + "' must be a list of texts");
  std::vector<std::string> all;
  for (const auto& item : value.GetArray()) all.push_back(as_text(item));
  return all;
}

// A list, or a text with commas.
std::vector<std::string> globs(const json::Value& fields) {
  std::vector<std::string> all;
  const auto* value = find(fields, "paths");
  if (value == nullptr) return all;
  std::vector<std::string> given;
  if (value->IsString()) {
    std::string_view rest = json::view(*value);
    while (!rest.empty()) {
      const auto comma = std::min(rest.find(','), rest.size());
      given.emplace_back(rest.substr(0, comma));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  } else {
    given = texts(*value, "paths");
  }
  for (const auto& one : given)
    if (const auto glob = stripped(one); !glob.empty()) all.emplace_back(glob);
  return all;
}

// The first name that is there.
bool flag(const json::Value& fields, std::initializer_list<std::string_view> names) {
  for (const auto name : names) {
    const auto* value = find(fields, name);
    if (value == nullptr) continue;
    const auto text = lower(as_text(*value));
    if (text == "true" || text == "yes" || text == "on" || text == "1") return true;
    if (text == "false" || text == "no" || text == "off" || text == "0") return false;
    throw FileError("'" + std::string(name) + "' must be true or false");
  }
  return false;
}

std::optional<std::string> description(const json::Value& fields, const std::string& source) {
  const auto* value = find(fields, "description");
  if (value == nullptr) return std::nullopt;
  if (!value->IsString()) throw FileError("'description' must be a text");
  const auto text = json::view(*value);
  if (characters(text) <= kMostDescription) return std::string(text);
  const std::string notice = "… (cut; all of it is in " + source + ")";
  const auto room = kMostDescription - std::min(characters(notice), kMostDescription);
  return std::string(first_characters(text, room)) + notice;
}

bool has_variable(std::string_view content) {
  const auto is_start = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  for (auto at = content.find("${"); at != std::string_view::npos; at = content.find("${", at + 2)) {
    auto end = at + 2;
    if (end == content.size() || !is_start(content[end])) continue;
    while (end < content.size() && (is_start(content[end]) || (content[end] >= '0' && content[end] <= '9')))
      ++end;
    if (end < content.size() && content[end] == '}') return true;
  }
  return false;
}

void check_inputs(const json::Value& inputs) {
  if (!inputs.IsArray()) throw FileError("'inputs' must be a list");
  for (const auto& input : inputs.GetArray())
    if (!json::string_at(input, "name") || !json::string_at(input, "description"))
      throw FileError("each of 'inputs' must have a name and a description");
}

// paths before inputs before triggers: one skill has one kind of trigger.
void add_trigger(Skill& skill, const json::Value& fields) {
  const auto* triggers = find(fields, "triggers");
  auto words = triggers == nullptr ? std::vector<std::string>() : texts(*triggers, "triggers");
  if (auto paths = globs(fields); !paths.empty()) {
    skill.trigger = Trigger::kPath;
    skill.words = std::move(paths);
    skill.disable_model_invocation = true;
  } else if (const auto* inputs = json::find(fields, "inputs"); inputs != nullptr) {
    check_inputs(*inputs);
    const auto command = "/" + skill.name;
    if (std::find(words.begin(), words.end(), command) == words.end()) words.push_back(command);
    skill.trigger = Trigger::kTask;
    skill.words = std::move(words);
    if (!skill.content.empty() && (!inputs->Empty() || has_variable(skill.content)))
      skill.content += kAskForInputs;
  } else if (!words.empty()) {
    skill.trigger = Trigger::kKeyword;
    skill.words = std::move(words);
  }
}

Skill make(FrontMatter from, const fs::path& file, const std::string& default_name) {
  Skill skill;
  const auto* name = find(from.fields, "name");
  skill.name = name == nullptr ? default_name : as_text(*name);
  if (skill.name.empty()) throw FileError("it has no name");
  skill.content = std::move(from.content);
  skill.source = file.string();
  skill.description = description(from.fields, *skill.source);
  skill.disable_model_invocation =
      flag(from.fields, {"disable-model-invocation", "disable_model_invocation"});
  add_trigger(skill, from.fields);
  return skill;
}

void check_name(const std::string& name, const std::string& folder) {
  if (name.size() > kMostName) throw FileError("its name is longer than 64 characters");
  if (!is_kebab_case(name))
    throw FileError("its name '" + std::string(first_characters(name, kMostName)) +
                    "' must be small letters and digits, with single hyphens between them");
  if (!folder.empty() && name != folder)
    throw FileError("its name '" + name + "' is not that of its folder, '" + folder + "'");
}

Skill load_agentskill(const fs::path& file, const SkillRules& rules) {
  const auto own_folder = fs::absolute(file).lexically_normal().parent_path().filename().string();
  const auto folder = rules.folder_name.empty() ? own_folder : rules.folder_name;
  auto skill = make(read_front_matter(read_text(file)), file, folder);
  if (rules.strict) check_name(skill.name, rules.named_as_folder ? folder : std::string());
  skill.is_agentskill = true;
  const auto mcp = file.parent_path() / ".mcp.json";
  std::error_code error;
  if (rules.reads_mcp && fs::is_regular_file(mcp, error)) skill.mcp_servers = read_mcp_file(mcp);
  return skill;
}

std::string name_under(const fs::path& file, const fs::path& base) {
  if (base.empty()) return file.stem().string();
  return file.lexically_relative(base).replace_extension().generic_string();
}

std::string_view type_of(const Skill& skill) {
  if (skill.is_agentskill) return "agentskills";
  return skill.trigger == Trigger::kNone ? "repo" : "knowledge";
}

}  // namespace

std::optional<std::string> instructions_name(const fs::path& file) {
  const auto name = lower(file.filename().string());
  for (const auto& [known, skill] : kInstructions)
    if (name == known) return std::string(skill);
  return std::nullopt;
}

Skill load_instructions(const fs::path& file, const std::string& folder) {
  Skill skill;
  skill.name = instructions_name(file).value_or(file.stem().string());
  skill.content = read_text(file);
  skill.source = file.string();
  if (folder.empty()) return skill;
  skill.name += ":" + folder;
  skill.trigger = Trigger::kPath;
  skill.words = {folder + "/**"};
  skill.disable_model_invocation = true;
  return skill;
}

std::optional<fs::path> find_skill_file(const fs::path& folder) {
  std::optional<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (lower(at->path().filename().string()) == "skill.md" && at->is_regular_file(ignored) &&
        (!found || at->path() < *found))
      found = at->path();
  }
  return found;
}

Skill load_skill(const fs::path& file, const fs::path& base, const SkillRules& rules) {
  if (lower(file.filename().string()) == "skill.md") return load_agentskill(file, rules);
  if (instructions_name(file)) return load_instructions(file);
  auto from = read_front_matter(read_text(file));
  std::string servers;
  if (const auto* given = find(from.fields, "mcp_tools"); given != nullptr)
    servers = json::dump(checked_mcp_servers(*given));
  auto skill = make(std::move(from), file, name_under(file, base));
  skill.mcp_servers = std::move(servers);
  return skill;
}

void write(json::Writer& writer, const Skill& skill) {
  writer.object().member("name", skill.name).member("type", type_of(skill)).member("content", skill.content);
  writer.key("triggers").array();
  if (skill.trigger == Trigger::kKeyword || skill.trigger == Trigger::kTask)
    for (const auto& word : skill.words) writer.value(word);
  writer.end().member("source", skill.source).member("description", skill.description);
  writer.member("is_agentskills_format", skill.is_agentskill);
  writer.member("disable_model_invocation", skill.disable_model_invocation).end();
}

}  // namespace collet::skill_files
