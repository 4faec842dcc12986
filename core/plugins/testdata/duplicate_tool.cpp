#include "collet/plugin.hpp"

namespace {

class Reverse final : public collet::BlockingTool {
 public:
  collet::ToolInfo info() const override {
    return {.name = "sample_reverse", .parameters = R"({"type":"object"})"};
  }

 protected:
  std::string run(const collet::ToolCall&, const collet::RunningCall&) override { return "{}"; }
};

class Duplicate final : public collet::Plugin {
 public:
  void setup(collet::Setup& setup) override {
    setup.get("/api/duplicate-tool", [](const collet::Request&) { return collet::Response::json("{}"); });
    setup.tool(std::make_unique<Reverse>());
  }
};

}  // namespace

COLLET_PLUGIN(Duplicate, "org.example.duplicate-tool", "1", "Wants a tool's name of another plugin");
