// The config's `plugins` section (README.md), taken apart.
#pragma once
#include <array>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace collet::plugins {

/// The keys under plugins.<name> that are the host's.
inline constexpr std::array kHostKeys = {"enabled", "manage", "optional",
                                         "secrets", "sha256", "tool_seconds"};

/// plugins.<name>
struct PluginSection {
  std::optional<bool> enabled;  ///< not said: depends on where the plugin comes from
  std::optional<bool> manage;   ///< it may change the server's own state; not said: as `enabled`
  bool optional = false;        ///< a refusal is no reason not to start
  std::string sha256;           ///< of the file, 64 digits in lower case; empty: any
  /// For a tool's call to finish.
  std::chrono::milliseconds tool_time = std::chrono::hours(24);
  std::vector<std::string> secrets = {};  ///< names of those it may read; "*": all
  std::string own = "{}";                 ///< the plugin's own keys, JSON object text
};

struct Section {
  std::vector<std::filesystem::path> directories;
  std::map<std::string, PluginSection> plugins;
};

/// kInvalid names the first key that is wrong. Pure.
Result<Section> parse_section(std::string_view text);

}  // namespace collet::plugins
