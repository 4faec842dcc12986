// Named configurations of models.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "collet/host.hpp"
#include "collet/json.hpp"
#include "team_state.hpp"

namespace collet::profiles {

inline constexpr std::size_t kMostLlmProfiles = 50;

/// The llm of a profile with what its provider connection has, read when it is used, so that a new key counts
/// for all. Throws a Refusal: 404, and 422 where the connection is not there. Secrets are in clear.
json::Document resolved_llm(const json::Document& state, const std::string& name);
/// Puts the connection's key and address into an llm that refers to one. Throws a Refusal (422); `who`:
/// "Profile 'x'".
void resolve_connection(const json::Document& state, json::Value& llm, const std::string& who,
                        json::Allocator& allocator);
/// Whether the llm, or its provider connection, has a key.
bool has_key_somewhere(const json::Document& state, const json::Value& llm);

/// Any thread, once the plugin is started; blocks on the database. Names are checked already.
class LlmProfiles {
 public:
  explicit LlmProfiles(Host& host) : host_(host), state_(host) {}

  /// {"profiles": […], "active_profile": …}
  std::string list() const;
  /// The llm as it is stored, secrets in clear; nothing: no such profile.
  struct Profile {
    json::Document llm;
    bool api_key_set = false;
  };
  std::optional<Profile> find(const std::string& name) const;
  /// `llm`: completed. Secrets that are stars stay what they are in the profile of this name.
  void save(const std::string& name, const json::Value& llm, bool include_secrets);
  /// Nothing happens where there is none. Throws a Refusal (409) while agent profiles refer to it.
  void remove(const std::string& name);
  /// Also for agent profiles that refer to it. Throws a Refusal: 404, 409.
  void rename(const std::string& from, const std::string& to);
  /// Puts it into the settings. Throws a Refusal: 404, 422.
  void activate(const std::string& name);
  /// The body of a PATCH of the settings that makes a profile active: its llm goes into the settings, unless
  /// the body has one. Throws a Refusal: 404, 422.
  void change_settings(const json::Value& body);
  /// {"valid", "error"} after a try. `llm`: completed.
  std::string validate(const std::string& name, json::Document llm) const;

 private:
  void move_pointer(const std::string& from, const std::optional<std::string>& to);

  Host& host_;
  TeamState state_;
};

}  // namespace collet::profiles
