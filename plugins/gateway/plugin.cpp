// Plugin "gateway": conversations as chat completions, for clients that speak OpenAI's interface.
#include "collet/plugin.hpp"

#include <chrono>
#include <optional>

#include "collet/fields.hpp"
#include "collet/problems.hpp"
#include "gateway.hpp"
#include "gateway_operations.hpp"

namespace collet::gateway {
namespace {

class GatewayPlugin final : public Plugin {
 public:
  void setup(Setup& setup) override {
    const Fields config(setup.config());
    std::string workspace = config.text("workspace", "");
    if (workspace.empty()) workspace = setup.host().state_dir() + "/workspace";
    gateway_.emplace(setup.host(), std::move(workspace),
                     Waiting{.patience = std::chrono::seconds(config.whole("timeout_seconds", 120))});
    setup
        .get("/v1/models", answering([this](const Request&) { return Response::json(gateway_->models()); }),
             operations::models())
        .access(Access::kBearer);
    setup
        .route(
            "POST", "/v1/chat/completions",
            [this](const Request& request, Reply reply) { complete(request, std::move(reply)); },
            operations::complete())
        .access(Access::kBearer);
  }
  void start() override { gateway_->start(); }
  void stop() override { gateway_->stop(); }

 private:
  void complete(const Request& request, Reply reply) {
    std::optional<Response> refusal;
    const auto attempt = answering([&](const Request& asked) {
      gateway_->complete(asked, reply);
      return Response();
    });
    try {
      const auto answer = attempt(request);
      if (answer.status != 200) refusal = answer;
    } catch (const Refusal& refused) {
      refusal = refused.response();
    }
    if (refusal) reply.send(*refusal);
  }

  std::optional<Gateway> gateway_;
};

}  // namespace
}  // namespace collet::gateway

COLLET_PLUGIN_WITH_CONFIG(collet::gateway::GatewayPlugin, "dev.collet.gateway", "0.1.0",
                          "Conversations as OpenAI chat completions", R"({
  "type": "object",
  "properties": {
    "workspace": {"type": "string"},
    "timeout_seconds": {"type": "integer", "minimum": 1, "maximum": 86400}
  }
})");
