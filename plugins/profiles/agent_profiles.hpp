// Named agents: which model, which tools, which MCP servers.
#pragma once
#include <string>

#include "collet/host.hpp"
#include "collet/http.hpp"
#include "collet/json.hpp"
#include "team_state.hpp"

namespace collet::profiles {

inline constexpr std::size_t kMostAgentProfiles = 50;

/// Any thread, once the plugin is started; blocks on the database. Names are checked already.
class AgentProfiles {
 public:
  explicit AgentProfiles(Host& host) : host_(host), state_(host) {}

  /// {"profiles": […], "active_agent_profile_id": …}. Where there is none, and never was, one is made from
  /// the settings, and active.
  std::string list();
  /// The profile, JSON. Throws a Refusal (404).
  std::string get(const std::string& name) const;
  /// `body`: of the request. A profile of this name keeps its id, and gets the next revision. Throws a
  /// Refusal: 409, 422.
  void save(const std::string& name, const json::Value& body);
  /// Nothing happens where there is none.
  void remove(const std::string& name);
  /// Throws a Refusal: 404, 409.
  void rename(const std::string& from, const std::string& to);
  /// Makes it the active one, and changes nothing else. Throws a Refusal (404).
  void activate(const std::string& id);
  /// What it comes to. Throws a Refusal (404).
  std::string materialize(const std::string& name) const;
  /// Starts a conversation for a body with an agent_profile_id. Throws a Refusal: 404, 422.
  Response start_conversation(const Request& request) const;

 private:
  void seed();

  Host& host_;
  TeamState state_;
};

}  // namespace collet::profiles
