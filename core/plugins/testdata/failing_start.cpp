#include <stdexcept>

#include "collet/plugin.hpp"

namespace {

class Failing final : public collet::Plugin {
 public:
  void setup(collet::Setup& setup) override {
    setup.get("/api/failing", [](const collet::Request&) { return collet::Response::json("{}"); });
  }
  void start() override { throw std::runtime_error("no connection"); }
};

}  // namespace

COLLET_PLUGIN(Failing, "org.example.failing", "1", "Its start fails");
