// Plugin "tools": says which tools an agent can be given, and brings the one for tasks.
#include <memory>

#include "collet/plugin.hpp"
#include "task_tracker_tool.hpp"
#include "tool_names.hpp"

namespace collet::tools {
namespace {

constexpr char kNamesOperation[] = R"({"tags":["Tools"],"operationId":"list_available_tools_api_tools__get",)"
                                   R"("summary":"The names of the tools that an agent can be given",)"
                                   R"("responses":{"200":{"content":{"application/json":{"schema":)"
                                   R"({"type":"array","items":{"type":"string"}}}}}}})";

constexpr char kDetailsOperation[] =
    R"({"tags":["Tools"],"operationId":"list_tool_details","summary":"All tools with all that is known of them",)"
    R"("responses":{"200":{"content":{"application/json":{"schema":{"type":"object","required":["tools"],)"
    R"("properties":{"tools":{"type":"array","items":{"type":"object",)"
    R"("required":["name","plugin","version","state","listed","title","description","parameters",)"
    R"("action_kind","observation_kind","tool_kind","annotations"],"properties":{)"
    R"("name":{"type":"string","description":"As the model calls it"},)"
    R"("plugin":{"type":"string","description":"Who brings it; core: the server itself"},)"
    R"("version":{"type":"string","description":"Of that plugin"},)"
    R"("state":{"type":"string","enum":["created","starting","started","failed","stopped"],)"
    R"("description":"Of that plugin: calls fail unless it is started"},)"
    R"("listed":{"type":"boolean","description":"Whether it is at /api/tools/"},)"
    R"("title":{"type":"string"},"description":{"type":"string","description":"For the model"},)"
    R"("parameters":{"type":"object","description":"JSON schema of the arguments"},)"
    R"("action_kind":{"type":"string","description":"Empty: events show it in the MCP form"},)"
    R"("observation_kind":{"type":"string"},"tool_kind":{"type":"string"},)"
    R"("annotations":{"type":"object"}}}}}}}}}}})";

class ToolsPlugin final : public Plugin {
 public:
  void setup(Setup& setup) override {
    Host& host = setup.host();
    setup.get(
        "/api/tools/",
        [&host](const Request&) { return Response::json(listed_names(host.catalogue().tools())); },
        kNamesOperation);
    setup.get(
        "/api/collet/tools",
        [&host](const Request&) { return Response::json("{\"tools\":" + host.catalogue().tools() + "}"); },
        kDetailsOperation);
    setup.tool(std::make_unique<TaskTrackerTool>(host));
  }
};

}  // namespace
}  // namespace collet::tools

COLLET_PLUGIN(collet::tools::ToolsPlugin, "dev.collet.tools", "0.2.0",
              "Lists the tools that agents can use, and keeps their tasks");
