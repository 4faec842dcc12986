// Plugin "nested": the older bootstrap, in which a manager makes a server of its own ready for each user.
#include "collet/plugin.hpp"

#include <optional>
#include <string>

#include "bootstrap.hpp"
#include "bootstrap_routes.hpp"
#include "collet/fields.hpp"
#include "secret_steps.hpp"

namespace collet::nested {
namespace {

class NestedPlugin final : public Plugin {
 public:
  void setup(Setup& setup) override {
    const std::string workspaces = Fields(setup.config()).text("workspaces", "");
    if (!workspaces.empty() && workspaces.front() != '/')
      throw InputError("workspaces must be an absolute path");
    bootstrap_.emplace(setup.host(), workspaces);
    add_bootstrap_routes(setup, *bootstrap_);
    add_secret_routes(setup, *bootstrap_);
  }

 private:
  std::optional<Bootstrap> bootstrap_;
};

}  // namespace
}  // namespace collet::nested

COLLET_PLUGIN_WITH_CONFIG(collet::nested::NestedPlugin, "dev.collet.nested", "0.1.0",
                          "The older bootstrap of nested runtimes",
                          R"({"type": "object", "properties": {"workspaces": {"type": "string"}}})");
