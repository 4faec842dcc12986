// Plugin "bundles": what the API calls plugins, folders of skills, commands, hooks, agents and MCP servers
// that are installed together. They have nothing to do with the server's own plugins.
#include "collet/plugin.hpp"

#include <optional>
#include <utility>

#include "available_bundles.hpp"
#include "bundle_routes.hpp"
#include "collet/fields.hpp"
#include "fetch_setup.hpp"
#include "installed_routes.hpp"

namespace collet::bundles {
namespace {

using namespace skill_files;

class BundlesPlugin final : public Plugin {
 public:
  void setup(Setup& setup) override {
    const Fields config(setup.config());
    fetching_.emplace(setup.host());
    const auto& fetching = *fetching_;
    installed_.emplace(installed_bundles_folder(fetching.home), bundle_about, fetching.warn);
    installer_.emplace(*installed_, fetching.home.string(), fetching.make_fetcher);
    cache_.emplace(fetching.home / ".openhands/cache/skills", fetching.make_fetcher, fetching.warn);
    places_.emplace(Places{fetching.home, *installed_, *cache_, public_repository(config, fetching.home)});
    add_bundle_routes(setup, *places_, fetching_->workers, fetching.warn);
    InstalledKind kind{"plugin", "Plugins", "^[a-z0-9]+(?:-[a-z0-9]+)*$", contents_schema(), {}};
    kind.describe = [warn = fetching.warn](json::Writer& w, const Installed& one) {
      write_contents(w, one.install_path, one.name, warn);
    };
    add_installed_routes(setup, kind, *installed_, *installer_, fetching_->workers);
  }
  void start() override {
    installed_->clean();
    fetching_->workers.start();
  }
  void stop() override { fetching_->workers.stop(); }

 private:
  std::optional<FetchSetup> fetching_;
  std::optional<InstalledFolders> installed_;
  std::optional<Installer> installer_;
  std::optional<RepositoryCache> cache_;
  std::optional<Places> places_;
};

}  // namespace
}  // namespace collet::bundles

COLLET_PLUGIN_WITH_CONFIG(collet::bundles::BundlesPlugin, "dev.collet.bundles", "0.1.0",
                          "Bundles of skills, commands and hooks, which the API calls plugins", R"({
  "type": "object",
  "properties": {
    "public_repository": {"type": "string"},
    "public_ref": {"type": "string"}
  }
})");
