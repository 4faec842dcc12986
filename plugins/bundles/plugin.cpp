// Plugin "bundles": what the API calls plugins, folders of skills, commands, hooks, agents and MCP servers
// that are installed together. They have nothing to do with the server's own plugins.
#include "collet/plugin.hpp"

#include <optional>

#include "available_bundles.hpp"
#include "bundle_routes.hpp"
#include "collet/fields.hpp"
#include "install_setup.hpp"

namespace collet::bundles {
namespace {

using namespace skill_files;

class BundlesPlugin final : public Plugin {
 public:
  void setup(Setup& setup) override {
    auto& install = install_.emplace(setup.host(), installed_bundles_folder, bundle_about);
    const auto& fetching = install.fetching;
    cache_.emplace(fetching.home / ".openhands/cache/skills", fetching.make_fetcher, fetching.warn);
    places_.emplace(Places{fetching.home, install.installed, *cache_,
                           public_repository(Fields(setup.config()), fetching.home)});
    add_bundle_routes(setup, *places_, install.fetching.workers, fetching.warn);
    InstalledKind kind{"plugin", "Plugins", "^[a-z0-9]+(?:-[a-z0-9]+)*$", contents_schema(), {}};
    kind.describe = [warn = fetching.warn](json::Writer& w, const Installed& one) {
      write_contents(w, one.install_path, one.name, warn);
    };
    install.add_routes(setup, kind);
  }
  void start() override { install_->start(); }
  void stop() override { install_->stop(); }

 private:
  std::optional<InstallSetup> install_;
  std::optional<RepositoryCache> cache_;
  std::optional<Places> places_;
};

}  // namespace
}  // namespace collet::bundles

COLLET_PLUGIN_WITH_CONFIG(collet::bundles::BundlesPlugin, "dev.collet.bundles", "0.1.0",
                          "Bundles of skills, commands and hooks, which the API calls plugins",
                          collet::skill_files::kInstallConfig);
