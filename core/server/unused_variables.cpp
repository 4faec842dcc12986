#include "server/unused_variables.hpp"

#include <algorithm>
#include <string_view>

#include "server/config_keys.hpp"

namespace collet::server {
namespace {

// NAME for a list's NAME_0, NAME_1, …
std::string_view without_number(std::string_view name) {
  const auto end = name.find_last_not_of("0123456789");
  const bool numbered = end != std::string_view::npos && end + 1 < name.size() && name[end] == '_';
  return numbered ? name.substr(0, end) : name;
}

bool is_taken(std::string_view name) {
  const auto& of_plugins = plugin_variables();
  if (std::any_of(of_plugins.begin(), of_plugins.end(),
                  [&](const auto& known) { return known.variable == name; }))
    return true;
  const auto& keys = config_keys();
  return std::any_of(keys.begin(), keys.end(), [&](const ConfigKey& key) {
    const auto names = key.variables();
    const auto takes = [&](std::string_view word) {
      return std::find(names.begin(), names.end(), word) != names.end();
    };
    return takes(name) || (key.kind == KeyKind::kList && takes(without_number(name)));
  });
}

}  // namespace

std::vector<std::string> unused_variables(const std::map<std::string, std::string>& environment) {
  std::vector<std::string> known{"COLLET_CONFIG"};
  for (const auto& key : config_keys())
    for (auto& name : key.variables()) known.push_back(std::move(name));
  std::vector<std::string> lines;
  for (const auto& [name, value] : environment) {
    const bool ours = name.starts_with("COLLET_");
    if (value.empty() || (!ours && !name.starts_with("OH_")) || name == "COLLET_CONFIG" || is_taken(name))
      continue;
    const auto guess = nearest(name, known);
    lines.push_back("the variable " + name + " has no effect" +
                    (ours && !guess.empty() ? "; did you mean " + guess + "?" : ""));
  }
  return lines;
}

}  // namespace collet::server
