// Keys and addresses that several LLM profiles share.
#pragma once
#include <optional>
#include <string>

#include "collet/host.hpp"
#include "collet/json.hpp"
#include "team_state.hpp"

namespace collet::profiles {

inline constexpr std::size_t kMostConnections = 64;

/// Members that a client gives; nothing: it gives none.
struct ConnectionChange {
  std::optional<std::string> display_name, provider, api_key;
  bool changes_base_url = false;
  std::optional<std::string> base_url;  ///< nothing: the provider's own

  bool empty() const { return !display_name && !provider && !api_key && !changes_base_url; }
};

/// Any thread, once the plugin is started; blocks on the database. Answers are JSON and never show a key.
class Connections {
 public:
  explicit Connections(Host& host) : host_(host), state_(host) {}

  std::string list() const;
  /// Display name and key are there. Throws a Refusal (409) where there are too many, a HostError
  /// (COLLET_INVALID) where the key is encrypted with another key than the server's.
  std::string create(const ConnectionChange& sent);
  /// Throws a Refusal (404); and as create().
  std::string change(const std::string& id, const ConnectionChange& sent);
  /// Throws a Refusal: 404; 409 while a profile or the settings refer to it.
  std::string remove(const std::string& id);

 private:
  ConnectionChange with_plain_key(ConnectionChange given) const;

  Host& host_;
  TeamState state_;
};

}  // namespace collet::profiles
