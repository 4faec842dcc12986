// What the team has: LLM profiles, agent profiles, provider connections. One document, since they refer to
// each other: a change sees all of it, and is stored as a whole or not at all.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collet/host.hpp"
#include "collet/json.hpp"

namespace collet::profiles {

/// The members of the document; each an object of objects.
inline constexpr std::string_view kLlmProfiles = "llm_profiles";          ///< by name: the llm
inline constexpr std::string_view kAgentProfiles = "agent_profiles";      ///< by name: the profile
inline constexpr std::string_view kConnections = "provider_connections";  ///< by id

/// Where the shared store has it.
inline constexpr const char* kPluginName = "profiles";
inline constexpr const char* kStateKey = "state";

/// Any thread, once the plugin is started; blocks on the database.
class TeamState {
 public:
  explicit TeamState(Host& host) : host_(host) {}

  /// As it is now, all three members there. Secrets are in clear.
  json::Document read() const;

  /// What the store has under the key, all three members there. Throws std::runtime_error: it is damaged.
  static json::Document parse(const std::optional<std::string>& text);

  /// Stores what `change` makes of the document; runs again while others change it in between, so nothing is
  /// lost. What it throws leaves all as it was. Throws a Refusal (413) when the document gets too large.
  using Change = std::function<void(json::Document& state)>;
  void change(const Change& change) const;

 private:
  Host& host_;
};

/// One of the three members.
inline json::Value& part(json::Document& state, std::string_view name) { return *json::find(state, name); }
inline const json::Value& part(const json::Document& state, std::string_view name) {
  return *json::find(static_cast<const json::Value&>(state), name);
}

/// Adds or replaces an entry. Throws a Refusal: 409 where a new one would be more than `most` (`full` says
/// it), 413 where the entry is too large (`what`: "Profile 'x'").
void put_entry(json::Document& state, std::string_view part_name, std::string_view key, json::Value entry,
               std::size_t most, const std::string& full, const std::string& what);

/// The entries' keys in byte order.
std::vector<std::string> sorted_keys(const json::Value& entries);

}  // namespace collet::profiles
