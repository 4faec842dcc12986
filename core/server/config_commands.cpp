#include "server/config_commands.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "auth/listen_rule.hpp"
#include "auth/session_keys.hpp"
#include "collet/json.hpp"
#include "plugins/inspect.hpp"
#include "server/command_failure.hpp"
#include "server/config.hpp"
#include "server/dry_load.hpp"

namespace collet::server {
namespace {

void warn(const Config& config) {
  for (const auto& line : config.warnings) std::fprintf(stderr, "collet: warning: %s\n", line.c_str());
}

bool is_optional(const json::Value& sections, std::string_view plugin) {
  const auto* optional = json::at(sections, {plugin, "optional"});
  return optional != nullptr && optional->IsBool() && optional->GetBool();
}

// A line for each plugin that would stop the start; says which optional ones would be left out.
std::vector<std::string> refused_plugins(const json::Value& loaded, const json::Value& sections) {
  std::vector<std::string> lines;
  for (const auto& plugin : json::find(loaded, "plugins")->GetArray()) {
    const std::string name = json::string_or(plugin, "name");
    if (json::string_at(plugin, "state") != "refused") continue;
    std::string line = "plugin " + name + ": " + json::string_or(plugin, "error");
    if (is_optional(sections, name))
      std::fprintf(stderr, "collet: warning: %s; it is optional\n", line.c_str());
    else
      lines.push_back(std::move(line));
  }
  return lines;
}

void print_as_json(const Config& config) {
  json::Writer w;
  w.array();
  for (const auto& origin : config.origins)
    w.object().member("key", origin.key).raw_member("value", origin.value).member("from", origin.from).end();
  std::printf("%s\n", w.end().take().c_str());
}

}  // namespace

int show_config(const std::map<std::string, std::string>& flags, bool as_json) {
  const auto config = load_config({flags, process_environment()});
  if (!config) return fail(config.error().message);
  warn(*config);
  if (as_json) {
    print_as_json(*config);
    return 0;
  }
  std::size_t key_width = 0, value_width = 0;
  for (const auto& origin : config->origins) {
    key_width = std::max(key_width, origin.key.size());
    value_width = std::clamp(origin.value.size(), value_width, std::size_t{40});
  }
  for (const auto& origin : config->origins)
    std::printf("%-*s  %-*s  %s\n", static_cast<int>(key_width), origin.key.c_str(),
                static_cast<int>(value_width), origin.value.c_str(), origin.from.c_str());
  return 0;
}

int check_config(const std::map<std::string, std::string>& flags) {
  const auto config = load_config({flags, process_environment()});
  if (!config) return fail(config.error().message);
  warn(*config);
  const auto keys = auth::SessionKeys::from(config->session_api_keys);
  if (!keys) return fail(keys.error().message);
  if (const auto allowed = auth::check_listen_address(config->host, *keys); !allowed)
    return fail(allowed.error().message);
  const auto loaded = dry_load({*config, plugins::own_directory()});
  if (!loaded) return fail(loaded.error().message);
  const auto refused = refused_plugins(*loaded, *json::parse(config->plugins));
  for (const auto& line : refused) fail(line);
  if (!refused.empty()) return 1;
  std::printf("the configuration is fine\n");
  return 0;
}

}  // namespace collet::server
