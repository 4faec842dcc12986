// For the canary test: a tool that shows what it is given, and then fails with it.
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include "collet/json.hpp"
#include "collet/plugin.hpp"

namespace {

class FailingTool final : public collet::BlockingTool {
 public:
  collet::ToolInfo info() const override {
    return {.name = "canary_fail",
            .parameters = R"({"type":"object","properties":{"text":{"type":"string"}},"required":["text"]})"};
  }

 protected:
  std::string run(const collet::ToolCall& call, const collet::RunningCall& running) override {
    const std::string text = collet::json::string_or(*collet::json::parse(call.action), "text");
    running.progress("at " + text);
    running.wait_for(std::chrono::seconds(1));  // for the test to look
    throw std::runtime_error("failed with " + text);
  }
};

class CanaryPlugin final : public collet::Plugin {
 public:
  void setup(collet::Setup& setup) override { setup.tool(std::make_unique<FailingTool>()); }
};

}  // namespace

COLLET_PLUGIN(CanaryPlugin, "dev.collet.canary", "1", "For the canary test");
