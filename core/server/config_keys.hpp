// The table of config keys: what each is called, what it takes, where it lands.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "collet/json.hpp"
#include "server/config.hpp"

namespace collet::server {

enum class KeyKind { kText, kNumber, kBool, kList };

struct ConfigKey {
  std::string name;  ///< "log.level"; in the environment COLLET_LOG_LEVEL
  KeyKind kind = KeyKind::kText;
  bool secret = false;
  std::vector<std::string> aliases;  ///< further names in the environment, the first that is set wins
  /// Takes a value of the right kind; returns what is wrong with it ("must be …") or nothing.
  std::function<std::string(Config&, const json::Value&)> set;
  std::function<void(const Config&, json::Writer&)> show;

  /// All its names in the environment, COLLET_… first.
  std::vector<std::string> variables() const;
};

/// All keys but those of `plugins.<name>`.
const std::vector<ConfigKey>& config_keys();

/// A variable that stands for a key of one of our own plugins.
struct PluginVariable {
  std::string_view variable, plugin, key;
  KeyKind kind = KeyKind::kText;
};
const std::vector<PluginVariable>& plugin_variables();

/// The known word that is closest to `word`, or nothing when none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace collet::server
