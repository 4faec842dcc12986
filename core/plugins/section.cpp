#include "plugins/section.hpp"

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
    if (key != "enabled" && key != "optional") {
      own.key(key).value(member.value);
      continue;
    }
    if (!member.value.IsBool()) return invalid(where + "." + std::string(key) + " must be of type boolean");
    if (key == "enabled")
      section.enabled = member.value.GetBool();
    else
      section.optional = member.value.GetBool();
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
