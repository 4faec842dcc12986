#include <fstream>
#include <string>

#include "collet/json.hpp"
#include "collet/plugin.hpp"

namespace {

// Its start waits for somebody to write to a named pipe.
class Slow final : public collet::Plugin {
 public:
  void setup(collet::Setup& setup) override {
    pipe_ = collet::json::string_or(*collet::json::parse(setup.config()), "pipe");
    setup.get("/api/slow", [](const collet::Request&) { return collet::Response::json("{}"); });
  }
  void start() override {
    std::string line;
    std::getline(std::ifstream(pipe_), line);
  }

 private:
  std::string pipe_;
};

}  // namespace

COLLET_PLUGIN_WITH_CONFIG(Slow, "org.example.slow", "1", "Its start takes long",
                          R"({"type":"object","required":["pipe"],"properties":{"pipe":{"type":"string"}}})");
