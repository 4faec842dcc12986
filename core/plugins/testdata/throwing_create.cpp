#include <stdexcept>

#include "collet/plugin.hpp"

namespace {

class Throwing final : public collet::Plugin {
 public:
  void setup(collet::Setup&) override { throw std::runtime_error("no weather today"); }
};

}  // namespace

COLLET_PLUGIN(Throwing, "org.example.throwing", "1", "Its create throws");
