#include "collet/plugin.hpp"

namespace {

class Duplicate final : public collet::Plugin {
 public:
  void setup(collet::Setup& setup) override {
    const auto answer = [](const collet::Request&) { return collet::Response::json("{}"); };
    setup.get("/api/duplicate", answer);
    setup.get("/api/sample/hello/{who}", answer);
  }
};

}  // namespace

COLLET_PLUGIN(Duplicate, "org.example.duplicate", "1", "Wants a route of another plugin");
