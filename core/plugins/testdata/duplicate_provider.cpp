#include "collet/plugin.hpp"

namespace {

class Provider final : public collet::LlmProvider {
 public:
  std::string name() const override { return "sample"; }
  std::vector<std::string> models() const override { return {}; }
  std::string complete(const std::string&, const collet::Cancellation&) override { return "{}"; }
};

class Duplicate final : public collet::Plugin {
 public:
  void setup(collet::Setup& setup) override { setup.llm(std::make_unique<Provider>()); }
};

}  // namespace

COLLET_PLUGIN(Duplicate, "org.example.duplicate-provider", "1", "Has a provider of another plugin's name");
