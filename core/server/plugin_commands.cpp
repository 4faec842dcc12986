#include "server/plugin_commands.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "collet/json.hpp"
#include "plugins/inspect.hpp"
#include "server/command_failure.hpp"
#include "server/config.hpp"
#include "server/dry_load.hpp"

namespace collet::server {
namespace {

namespace fs = std::filesystem;

std::string joined(const json::Value& plugin, std::string_view key) {
  std::string all;
  if (const json::Value* names = json::find(plugin, key); names != nullptr && names->IsArray())
    for (const auto& name : names->GetArray()) all.append(all.empty() ? "" : ", ").append(json::view(name));
  return all;
}

void print_line(const json::Value& plugin) {
  const std::string state = json::string_or(plugin, "state"), error = json::string_or(plugin, "error");
  std::printf("%-16s %-10s %-24s %s\n", json::string_or(plugin, "name").c_str(),
              json::string_or(plugin, "version").c_str(), json::string_or(plugin, "id").c_str(),
              (error.empty() ? state : state + ": " + error).c_str());
  std::printf("%-16s   file: %s\n", "", json::string_or(plugin, "file").c_str());
  for (const auto& [key, title] : {std::pair("routes", "routes"), std::pair("sockets", "sockets"),
                                   std::pair("tools", "tools"), std::pair("providers", "models of")})
    if (const std::string names = joined(plugin, key); !names.empty())
      std::printf("%-16s   %s: %s\n", "", title, names.c_str());
}

// What runs is nobody's business here, and "created" is the server's word.
void simplify(json::Value& plugin, json::Allocator& allocator) {
  for (const char* key : {"requests", "tool_calls", "model_calls", "news_waiting", "running", "last_error"})
    json::remove(plugin, key);
  if (json::string_at(plugin, "state") == "created") json::set(plugin, "state", "ok", allocator);
}

// 1 when one is refused.
int print(json::Document& document, bool as_json) {
  int status = 0;
  for (auto& plugin : json::find(document, "plugins")->GetArray()) {
    simplify(plugin, document.GetAllocator());
    if (json::string_at(plugin, "state") == "refused") status = 1;
    if (!as_json) print_line(plugin);
  }
  if (as_json) std::printf("%s\n", json::dump(document).c_str());
  return status;
}

// The config in which only this file is switched on: those beside it are not ours, and so off.
std::string alone(const fs::path& file, const json::Value& section) {
  const std::string name = file.stem().string();
  json::Document made(rapidjson::kObjectType);
  auto& allocator = made.GetAllocator();
  json::Value folders(rapidjson::kArrayType);
  folders.PushBack(json::text(file.parent_path().string(), allocator), allocator);
  json::set(made, "directories", std::move(folders), allocator);
  const json::Value* own = json::find(section, name);
  json::Value on =
      own != nullptr && own->IsObject() ? json::copy(*own, allocator) : json::Value(rapidjson::kObjectType);
  json::set(on, "enabled", json::Value(true), allocator);
  json::set(made, name, std::move(on), allocator);
  return json::dump(made);
}

// A plugin that was not even found.
json::Document refused(const fs::path& file, const std::string& why) {
  json::Writer w;
  w.object().key("plugins").array().object().member("name", file.stem().string()).member("id", "");
  w.member("version", "").member("file", file.string()).member("state", "refused").member("error", why);
  for (const char* key : {"routes", "sockets", "tools", "providers"}) w.key(key).array().end();
  return *json::parse(w.end().end().end().take());
}

// The one entry for this file.
json::Document check_one(const fs::path& file, Config config, const json::Value& section) {
  std::error_code error;
  if (!fs::exists(file, error))
    return refused(file, error ? "it cannot be looked at: " + error.message() : "there is no such file");
  if (file.extension() != ".so") return refused(file, "its name does not end with .so");
  if (file.stem() == "directories") return refused(file, "its name is a key of the config");
  config.plugins = alone(file, section);
  auto document = dry_load({std::move(config), {}});
  if (!document) return refused(file, document.error().message);
  auto& all = *json::find(*document, "plugins");
  for (auto* it = all.Begin(); it != all.End();)
    it = json::string_at(*it, "name") == file.stem().string() ? it + 1 : all.Erase(it);
  return std::move(*document);
}

}  // namespace

int list_plugins(const std::map<std::string, std::string>& flags, bool as_json) {
  const auto config = load_config({flags, process_environment()});
  if (!config) return fail(config.error().message);
  auto document = dry_load({*config, plugins::own_directory()});
  if (!document) return fail(document.error().message);
  return print(*document, as_json);
}

int check_plugins(const std::map<std::string, std::string>& flags, const std::vector<std::string>& files,
                  bool as_json) {
  const auto config = load_config({flags, process_environment()});
  if (!config) return fail(config.error().message);
  const auto section = json::parse(config->plugins);
  json::Document all(rapidjson::kObjectType);
  json::set(all, "plugins", json::Value(rapidjson::kArrayType), all.GetAllocator());
  for (const auto& file : files) {
    const auto found = check_one(fs::absolute(file).lexically_normal(), *config, *section);
    for (const auto& plugin : json::find(found, "plugins")->GetArray())
      json::find(all, "plugins")->PushBack(json::copy(plugin, all.GetAllocator()), all.GetAllocator());
  }
  return print(all, as_json);
}

}  // namespace collet::server
