#include "agent_definition.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "condenser.hpp"
#include "front_matter.hpp"
#include "hook_config.hpp"
#include "mcp_servers.hpp"
#include "text_file.hpp"

namespace collet::sub_agents {
namespace {

namespace fs = std::filesystem;
using namespace skill_files;

constexpr std::array<const char*, 2> kFolders = {".agents/agents", ".openhands/agents"};
constexpr std::size_t kMostAgents = 500;
constexpr std::array<std::string_view, 14> kKnown = {"name",
                                                     "description",
                                                     "model",
                                                     "color",
                                                     "tools",
                                                     "skills",
                                                     "max_iteration_per_run",
                                                     "hooks",
                                                     "profile_store_dir",
                                                     "mcp_config",
                                                     "mcp_servers",
                                                     "permission_mode",
                                                     "condenser",
                                                     "max_budget_per_run"};
constexpr std::array<std::string_view, 3> kPermissionModes = {"always_confirm", "never_confirm",
                                                              "confirm_risky"};

const json::Value* find(const json::Value& fields, std::string_view name) {
  const auto* found = json::find(fields, name);
  return found == nullptr || found->IsNull() ? nullptr : found;
}

std::string text_or(const json::Value& fields, std::string_view name, const std::string& fallback) {
  const auto* value = find(fields, name);
  return value == nullptr ? fallback : as_text(*value);
}

std::optional<std::string> maybe_text(const json::Value& fields, std::string_view name) {
  const auto* value = find(fields, name);
  return value == nullptr ? std::nullopt : std::optional(as_text(*value));
}

void write_texts(json::Writer& w, std::string_view name, const std::vector<std::string>& texts) {
  w.key(name).array();
  for (const auto& text : texts) w.value(text);
  w.end();
}

// A list, or one text; with `separator` split there.
std::vector<std::string> texts(const json::Value& fields, std::string_view name, char separator = '\0') {
  std::vector<std::string> all;
  const auto* value = find(fields, name);
  if (value == nullptr) return all;
  if (value->IsArray())
    for (const auto& item : value->GetArray()) all.push_back(as_text(item));
  if (!value->IsString()) return all;
  std::string_view rest = json::view(*value);
  while (!rest.empty()) {
    const auto end = std::min(separator == '\0' ? rest.size() : rest.find(separator), rest.size());
    if (const auto part = stripped(rest.substr(0, end)); !part.empty()) all.emplace_back(part);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return all;
}

// What stands between <example> and </example>.
std::vector<std::string> examples(const std::string& description) {
  constexpr std::string_view kOpen = "<example>", kClose = "</example>";
  const auto small = lower(description);
  std::vector<std::string> all;
  for (std::size_t at = 0; (at = small.find(kOpen, at)) != std::string::npos;) {
    at += kOpen.size();
    const auto end = small.find(kClose, at);
    if (end == std::string::npos) break;
    if (const auto text = stripped(std::string_view(description).substr(at, end - at)); !text.empty())
      all.emplace_back(text);
    at = end + kClose.size();
  }
  return all;
}

std::optional<std::string> permission_mode(const json::Value& fields) {
  const auto text = maybe_text(fields, "permission_mode");
  if (!text) return std::nullopt;
  const auto mode = lower(stripped(*text));
  if (std::find(kPermissionModes.begin(), kPermissionModes.end(), mode) == kPermissionModes.end())
    throw FileError("'permission_mode' must be always_confirm, never_confirm or confirm_risky");
  return mode;
}

// Numbers may be written as texts.
template <class Number>
std::optional<Number> positive(const json::Value& fields, std::string_view name) {
  const auto text = maybe_text(fields, name);
  if (!text) return std::nullopt;
  Number number = 0;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), number);
  if (read.ec != std::errc{} || read.ptr != text->data() + text->size() || !(number > 0))
    throw FileError("'" + std::string(name) + "' must be a number above 0");
  return number;
}

std::string servers(const json::Value& fields) {
  const auto* value = json::find(fields, "mcp_config");
  if (value == nullptr) value = json::find(fields, "mcp_servers");
  if (value == nullptr || value->IsNull()) return "null";
  return json::dump(hidden_mcp_servers(checked_mcp_servers(*value)));
}

std::optional<std::string> profile_store(const json::Value& fields) {
  const auto* value = find(fields, "profile_store_dir");
  if (value != nullptr && !value->IsString()) throw FileError("'profile_store_dir' must be a text");
  return maybe_text(fields, "profile_store_dir");
}

std::string hooks_of(const json::Value& fields) {
  const auto* value = find(fields, "hooks");
  if (value == nullptr || !value->IsObject()) return "null";
  try {
    return hooks::normalised(json::dump(*value)).value_or("null");
  } catch (const hooks::HookError& error) {
    throw FileError(std::string("its hooks: ") + error.what());
  }
}

void write_others(json::Writer& w, const json::Value& fields) {
  w.key("metadata").object();
  for (const auto& member : fields.GetObject())
    if (std::find(kKnown.begin(), kKnown.end(), json::view(member.name)) == kKnown.end())
      w.member(json::view(member.name), member.value);
  w.end();
}

bool is_agent_file(const fs::path& file) {
  std::error_code error;
  return lower(file.extension().string()) == ".md" && lower(file.filename().string()) != "readme.md" &&
         fs::is_regular_file(file, error);
}

void add(std::vector<AgentDefinition>& all, const fs::path& file, const std::string& level,
         const Warn& warn) {
  try {
    auto agent = read_agent(read_text(file), file.stem().string(), level, file.string());
    const bool is_known = std::any_of(all.begin(), all.end(),
                                      [&](const AgentDefinition& one) { return one.name == agent.name; });
    if (!is_known && all.size() < kMostAgents) all.push_back(std::move(agent));
  } catch (const FileError& error) {
    warn(file.string() + " is left out: " + error.what());
  }
}

}  // namespace

AgentDefinition read_agent(std::string_view text, const std::string& default_name, const std::string& level,
                           const std::string& source) {
  const auto [fields, content] = read_front_matter(text);
  const auto name = text_or(fields, "name", default_name);
  const auto description = text_or(fields, "description", "");
  const auto mcp = servers(fields);
  json::Writer w;
  w.object().member("name", name).member("description", description);
  w.member("model", text_or(fields, "model", "inherit")).member("color", maybe_text(fields, "color"));
  write_texts(w, "tools", texts(fields, "tools"));
  write_texts(w, "skills", texts(fields, "skills", ','));
  w.member("system_prompt", content);
  write_texts(w, "when_to_use_examples", examples(description));
  w.member("permission_mode", permission_mode(fields));
  w.member("max_iteration_per_run", positive<std::int64_t>(fields, "max_iteration_per_run"));
  w.member("max_budget_per_run", positive<double>(fields, "max_budget_per_run"));
  w.raw_member("mcp_config", mcp).raw_member("mcp_servers", mcp);
  w.member("profile_store_dir", profile_store(fields)).raw_member("hooks", hooks_of(fields));
  w.raw_member("condenser", shown_condenser(find(fields, "condenser")));
  write_others(w, fields);
  w.member("level", level).member("source", source).member("is_builtin", level == "builtin");
  return {name, std::move(*json::parse(w.end().take()))};
}

std::vector<AgentDefinition> agents_in(const fs::path& root, const std::string& level, const Warn& warn) {
  std::vector<AgentDefinition> all;
  for (const auto* folder : kFolders)
    for (const auto& file : entries(root / folder))
      if (is_agent_file(file)) add(all, file, level, warn);
  return all;
}

}  // namespace collet::sub_agents
