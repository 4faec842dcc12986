#include "server/plugin_commands.hpp"

#include <cstdio>
#include <filesystem>

#include "collet/json.hpp"
#include "plugins/inspect.hpp"
#include "server/config.hpp"

namespace collet::server {
namespace {

int fail(const std::string& message) {
  std::fprintf(stderr, "collet: %s\n", message.c_str());
  return 1;
}

bool is_enabled(const json::Value& plugins, const plugins::Inspection& found,
                const std::filesystem::path& own) {
  const bool first_party = found.file.parent_path() == own;
  const json::Value* section = json::find(plugins, found.name);
  return section == nullptr ? first_party : json::bool_at(*section, "enabled").value_or(first_party);
}

void print(const plugins::Inspection& found, const std::string& verdict) {
  std::printf("%-16s %-10s %-24s %s\n", found.name.c_str(), found.identity.version.c_str(),
              found.identity.id.c_str(), verdict.c_str());
}

}  // namespace

int list_plugins(const std::map<std::string, std::string>& flags) {
  const auto config = load_config({flags, process_environment()});
  if (!config) return fail(config.error().message);
  const auto own = plugins::own_directory();
  const auto files =
      plugins::discover(own, {config->plugin_directories.begin(), config->plugin_directories.end()});
  if (!files) return fail(files.error().message);
  const auto section = json::parse(config->plugins);
  int status = 0;
  for (const auto& file : *files) {
    const auto found = plugins::inspect(file);
    const bool enabled = section && is_enabled(*section, found, own);
    const std::string verdict = !found.refusal.empty() ? "refused: " + found.refusal
                                : enabled              ? "enabled"
                                                       : "disabled";
    if (enabled && !found.refusal.empty()) status = 1;
    print(found, verdict);
  }
  return status;
}

int check_plugins(const std::vector<std::string>& files) {
  int status = 0;
  for (const auto& file : files) {
    const auto found = plugins::inspect(file);
    if (!found.refusal.empty()) status = 1;
    print(found, found.refusal.empty() ? "ok" : "refused: " + found.refusal);
  }
  return status;
}

}  // namespace collet::server
