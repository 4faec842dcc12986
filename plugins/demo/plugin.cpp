// Plugin "demo": a provider of language models without one.
#include <memory>
#include <stdexcept>

#include "chat_messages.hpp"
#include "collet/plugin.hpp"
#include "tour.hpp"

namespace collet::demo {
namespace {

class DemoProvider final : public LlmProvider {
 public:
  std::string name() const override { return "demo"; }
  std::vector<std::string> models() const override { return {"tour"}; }
  std::string complete(const std::string& request, const Cancellation&) override {
    try {
      if (const auto model = read_chat(request).model; model != "tour")
        throw LlmError(400, "There is no model demo/" + model + "; the demo has only demo/tour.");
      return next_step(request);
    } catch (const std::invalid_argument& error) {
      throw LlmError(400, error.what());
    }
  }
};

class DemoPlugin final : public Plugin {
 public:
  void setup(Setup& setup) override { setup.llm(std::make_unique<DemoProvider>()); }
};

}  // namespace
}  // namespace collet::demo

COLLET_PLUGIN(collet::demo::DemoPlugin, "dev.collet.demo", "0.1.0",
              "A scripted tour in place of a language model");
