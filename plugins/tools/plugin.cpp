// Plugin "tools": says which tools an agent can be given.
#include "collet/plugin.hpp"
#include "tool_names.hpp"

namespace collet::tools {
namespace {

class ToolsPlugin final : public Plugin {
 public:
  void setup(Setup& setup) override {
    setup.get(
        "/api/tools/",
        [&host = setup.host()](const Request&) {
          return Response::json(listed_names(host.catalogue().tools()));
        },
        R"({"tags":["Tools"],"operationId":"list_available_tools_api_tools__get",)"
        R"("summary":"The names of the tools that an agent can be given",)"
        R"("responses":{"200":{"content":{"application/json":{"schema":)"
        R"({"type":"array","items":{"type":"string"}}}}}}})");
  }
};

}  // namespace
}  // namespace collet::tools

COLLET_PLUGIN(collet::tools::ToolsPlugin, "dev.collet.tools", "0.1.0", "Lists the tools that agents can use");
