// Plugin "sub_agents": the agents that a project, a user or the server itself defines for others to call.
#include "collet/plugin.hpp"

#include <filesystem>
#include <iterator>
#include <unordered_set>
#include <vector>

#include "agent_definition.hpp"
#include "body_reader.hpp"
#include "builtin_agents.hpp"
#include "common/openapi.hpp"
#include "home.hpp"

namespace collet::sub_agents {
namespace {

using namespace skill_files;
using namespace openapi;

void append(std::vector<AgentDefinition>& to, std::vector<AgentDefinition> from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

Response answer(const Request& request, const std::filesystem::path& home, const Warn& warn) {
  const auto body = read_object(request);
  Problems problems;
  BodyReader reader(body, problems);
  const bool user = reader.flag("load_user", true), in_project = reader.flag("load_project", true),
             builtin = reader.flag("load_builtin", true);
  const auto project = reader.maybe_text("project_dir");
  problems.check();
  std::vector<AgentDefinition> all;
  if (in_project && project && !project->empty()) append(all, agents_in(*project, "project", warn));
  if (user) append(all, agents_in(home, "user", warn));
  if (builtin) append(all, builtin_agents());
  json::Writer w;
  w.object().key("agents").array();
  std::unordered_set<std::string> names;
  for (const auto& agent : all)
    if (names.insert(agent.name).second) w.value(static_cast<const json::Value&>(agent.shown));
  return Response::json(w.end().end().take());
}

std::string operation() {
  const auto maybe_object = maybe(R"({"type":"object"})");
  const auto agent = object({{"name", kText},
                             {"description", kText, false},
                             {"model", kText, false},
                             {"color", kMaybeText, false},
                             {"tools", kTexts, false},
                             {"skills", kTexts, false},
                             {"system_prompt", kText, false},
                             {"when_to_use_examples", kTexts, false},
                             {"permission_mode", kMaybeText, false},
                             {"max_iteration_per_run", maybe(kInteger), false},
                             {"max_budget_per_run", maybe(R"({"type":"number"})"), false},
                             {"mcp_config", maybe_object, false},
                             {"mcp_servers", maybe_object, false},
                             {"profile_store_dir", kMaybeText, false},
                             {"hooks", maybe_object, false},
                             {"condenser", maybe_object, false},
                             {"metadata", kObject, false},
                             {"level", kMaybeText, false},
                             {"source", kMaybeText, false},
                             {"is_builtin", switched(false), false}});
  const auto body = object({{"load_user", switched(true), false},
                            {"load_project", switched(true), false},
                            {"load_builtin", switched(true), false},
                            {"project_dir", kMaybeText, false}});
  return describe({.tag = "Sub Agents",
                   .id = "get_sub_agents_api_sub_agents_post",
                   .summary = "The agents that others may call",
                   .body = body,
                   .answer = object({{"agents", list_of(agent)}}),
                   .others = "422"});
}

class SubAgentsPlugin final : public Plugin {
 public:
  void setup(Setup& setup) override {
    const Warn warn = [&host = setup.host()](const std::string& line) { host.log().warning(line); };
    setup.post(
        "/api/sub-agents",
        [home = home_folder(), warn](const Request& request) { return answer(request, home, warn); },
        operation());
  }
};

}  // namespace
}  // namespace collet::sub_agents

COLLET_PLUGIN(collet::sub_agents::SubAgentsPlugin, "dev.collet.sub_agents", "0.1.0",
              "The agents that a project, a user or the server defines for others to call");
