// Plugin "profiles": named configurations that teams share. LLM profiles, agent profiles and provider
// connections refer to each other, so they are kept together; each router can be switched off.
#include "collet/plugin.hpp"

#include <optional>

#include "agent_profile_routes.hpp"
#include "collet/fields.hpp"
#include "connection_routes.hpp"
#include "llm_profile_routes.hpp"

namespace collet::profiles {
namespace {

class ProfilesPlugin final : public Plugin {
 public:
  void setup(Setup& setup) override {
    const Fields config(setup.config());
    llm_profiles_.emplace(setup.host());
    agent_profiles_.emplace(setup.host());
    connections_.emplace(setup.host());
    if (config.flag("llm_profiles", true)) add_llm_profile_routes(setup, *llm_profiles_);
    if (config.flag("agent_profiles", true)) add_agent_profile_routes(setup, *agent_profiles_);
    if (config.flag("provider_connections", true)) add_connection_routes(setup, *connections_);
  }

 private:
  std::optional<LlmProfiles> llm_profiles_;
  std::optional<AgentProfiles> agent_profiles_;
  std::optional<Connections> connections_;
};

}  // namespace
}  // namespace collet::profiles

COLLET_PLUGIN_WITH_CONFIG(collet::profiles::ProfilesPlugin, "dev.collet.profiles", "0.1.0",
                          "LLM profiles, agent profiles and provider connections", R"({
  "type": "object",
  "properties": {
    "llm_profiles": {"type": "boolean"},
    "agent_profiles": {"type": "boolean"},
    "provider_connections": {"type": "boolean"}
  }
})");
