// For hosts of plugins without a model endpoint of their own: serves the models that no plugin has
// registered, none.
#pragma once
#include <memory>
#include <optional>

#include "llm/provider.hpp"

namespace collet::llm {

/// Every call fails before `start` returns. Any thread.
class NoProvider final : public Provider {
 public:
  std::unique_ptr<Call> start(const Config&, Request, Delta, Done done) override {
    done({std::nullopt, {"none", "no provider", "config", false, "settings"}});
    return nullptr;
  }
};

}  // namespace collet::llm
