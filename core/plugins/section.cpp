#include "plugins/section.hpp"

#include <algorithm>
#include <cstdint>

#include "collet/json.hpp"
#include "settings/secret_store.hpp"

namespace collet::plugins {
namespace {

Result<std::vector<std::filesystem::path>> parse_directories(const json::Value& value) {
  std::vector<std::filesystem::path> directories;
  if (!value.IsArray()) return invalid("plugins.directories must be of type array");
  for (const auto& folder : value.GetArray()) {
    if (!folder.IsString() || !json::view(folder).starts_with('/'))
      return invalid("plugins.directories must hold absolute paths");
    directories.emplace_back(json::view(folder));
  }
  return directories;
}

Result<std::vector<std::string>> parse_secrets(const json::Value& value, const std::string& where) {
  std::vector<std::string> names;
  if (!value.IsArray()) return invalid(where + " must be of type array");
  for (const auto& name : value.GetArray()) {
    if (!name.IsString() || (json::view(name) != "*" && !settings::SecretStore::is_name(json::view(name))))
      return invalid(where + R"( must hold names of secrets, or "*" for all)");
    names.emplace_back(json::view(name));
  }
  return names;
}

bool is_digest(const json::Value& value) {
  if (!value.IsString() || value.GetStringLength() != 64) return false;
  return json::view(value).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// One of kHostKeys; what is wrong with its value, or nothing.
std::string take_host_key(std::string_view key, const json::Value& value, PluginSection& section) {
  constexpr double kMostSeconds = 1e8;  // three years
  if (key == "sha256") {
    if (!is_digest(value)) return "must be 64 hexadecimal digits in lower case, as sha256sum prints them";
    section.sha256 = json::view(value);
  } else if (key == "tool_seconds") {
    if (!value.IsNumber() || value.GetDouble() <= 0 || value.GetDouble() > kMostSeconds)
      return "must be a number of seconds above 0";
    section.tool_time = std::chrono::milliseconds(static_cast<std::int64_t>(value.GetDouble() * 1000));
  } else if (!value.IsBool()) {
    return "must be of type boolean";
  } else if (key == "enabled") {
    section.enabled = value.GetBool();
  } else if (key == "manage") {
    section.manage = value.GetBool();
  } else {
    section.optional = value.GetBool();
  }
  return {};
}

Result<PluginSection> parse_plugin(const json::Value& value, const std::string& where) {
  if (!value.IsObject()) return invalid(where + " must be of type object");
  PluginSection section;
  json::Writer own;
  own.object();
  for (const auto& member : value.GetObject()) {
    const auto key = json::view(member.name);
    if (key == "secrets") {
      auto names = parse_secrets(member.value, where + ".secrets");
      if (!names) return names.error();
      section.secrets = std::move(*names);
      continue;
    }
    if (std::find(kHostKeys.begin(), kHostKeys.end(), key) == kHostKeys.end()) {
      own.key(key).value(member.value);
      continue;
    }
    if (const std::string wrong = take_host_key(key, member.value, section); !wrong.empty())
      return invalid(std::string(where).append(".").append(key).append(" ").append(wrong));
  }
  section.own = own.end().take();
  return section;
}

}  // namespace

Result<Section> parse_section(std::string_view text) {
  json::ParseError error;
  const auto document = json::parse(text, &error);
  if (!document) return invalid("plugins is no JSON: " + error.message);
  if (!document->IsObject()) return invalid("plugins must be of type object");
  Section section;
  for (const auto& member : document->GetObject()) {
    const std::string name(json::view(member.name));
    if (name == "directories") {
      auto directories = parse_directories(member.value);
      if (!directories) return directories.error();
      section.directories = std::move(directories).value();
      continue;
    }
    auto plugin = parse_plugin(member.value, "plugins." + name);
    if (!plugin) return plugin.error();
    section.plugins[name] = std::move(plugin).value();
  }
  return section;
}

}  // namespace collet::plugins
