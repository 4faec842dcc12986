// A route that does nothing, made with the C++ SDK as a plugin author would.
#include "collet/plugin.hpp"

namespace {

class Noop final : public collet::Plugin {
 public:
  void setup(collet::Setup& setup) override {
    setup.get("/api/noop/{name}", [](const collet::Request&) { return collet::Response::json("{}"); });
  }
};

}  // namespace

COLLET_PLUGIN(Noop, "dev.collet.noop", "1.0.0", "Does nothing");
