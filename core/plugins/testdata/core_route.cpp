#include "collet/plugin.hpp"

namespace {

class CoreRoute final : public collet::Plugin {
 public:
  void setup(collet::Setup& setup) override {
    setup.get("/health", [](const collet::Request&) { return collet::Response::json("{}"); });
  }
};

}  // namespace

COLLET_PLUGIN(CoreRoute, "org.example.core-route", "1", "Wants a route of the core's");
