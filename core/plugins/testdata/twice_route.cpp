#include "collet/plugin.hpp"

namespace {

class Twice final : public collet::Plugin {
 public:
  void setup(collet::Setup& setup) override {
    const auto answer = [](const collet::Request&) { return collet::Response::json("{}"); };
    setup.get("/api/twice/{a}", answer);
    setup.get("/api/twice/{b}", answer);
  }
};

}  // namespace

COLLET_PLUGIN(Twice, "org.example.twice", "1", "Has a route twice");
