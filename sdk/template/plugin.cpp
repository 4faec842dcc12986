// The plugin: what it offers, and what can be configured.
#include <chrono>
#include <memory>
#include <string>

#include <collet/fields.hpp>
#include <collet/plugin.hpp>

#include "greet_tool.hpp"

namespace {

// The section "template-name" of "plugins" in the server's config. The server refuses keys and types that are
// not here.
constexpr char kConfigSchema[] = R"({
  "type": "object",
  "properties": {
    "greeting": {"type": "string"},
    "pause_ms": {"type": "integer", "minimum": 0, "maximum": 10000}
  }
})";

// What the server's /openapi.json shows of the route; may be left out.
constexpr char kGreetingOperation[] = R"({
  "summary": "A greeting",
  "parameters": [{"name": "who", "in": "query", "required": true, "schema": {"type": "string"}}]
})";

class TemplateNamePlugin final : public collet::Plugin {
 public:
  void setup(collet::Setup& setup) override {
    const collet::Fields config(setup.config());
    const std::string greeting = config.text("greeting", "Hello");
    const std::chrono::milliseconds pause(config.whole("pause_ms", 200));

    setup.tool(std::make_unique<GreetTool>(greeting, pause));
    setup.get(
        "/api/template-name/greeting",
        [greeting](const collet::Request& request) {
          const auto who = request.query_value("who");
          if (!who) throw collet::InputError("the query parameter 'who' is missing");
          return collet::Response::json(
              collet::json::Writer().object().member("greeting", greet(greeting, *who)).end().take());
        },
        kGreetingOperation);
    setup.host().log().info("greets with " + greeting);
  }
};

}  // namespace

COLLET_PLUGIN_WITH_CONFIG(TemplateNamePlugin, "org.example.template-name", "0.1.0", "Greets people",
                          kConfigSchema);
