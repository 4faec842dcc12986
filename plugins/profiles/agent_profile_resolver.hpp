// What an agent profile comes to: agent settings with a model, MCP servers and a prompt.
#pragma once
#include <string>
#include <vector>

#include "collet/host.hpp"
#include "collet/json.hpp"

namespace collet::profiles {

/// What there is to resolve a profile with.
struct Surroundings {
  const json::Document& state;    ///< the team's (team_state.hpp)
  const json::Value& mcp_config;  ///< the settings' MCP servers
};

/// What became of the references, and the settings where all are there.
struct Resolution {
  std::vector<std::string> errors;  ///< for people; empty: it can be used
  bool llm_found = false, llm_key_set = false;
  std::vector<std::string> mcp_servers, missing_mcp_servers;
  json::Document settings;  ///< agent_settings, secrets in clear; null with errors
};

/// Resolves a profile. Any thread, once the plugin is started; pure but for the host's completion.
Resolution resolve(Host& host, const json::Value& profile, const Surroundings& surroundings);

/// The report of a resolution, as POST …/materialize answers it, secrets hidden.
std::string diagnostics(Host& host, const json::Value& profile, const Resolution& resolution);

}  // namespace collet::profiles
