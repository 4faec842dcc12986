// What a plugin needs whose things are installed, and offered by a public repository: skills, bundles.
#pragma once
#include <filesystem>
#include <functional>
#include <utility>

#include "collet/plugin.hpp"
#include "fetch_setup.hpp"
#include "installed.hpp"
#include "installed_routes.hpp"
#include "installer.hpp"

namespace collet::skill_files {

/// Made in Plugin::setup, lives as long as the plugin.
class InstallSetup {
 public:
  /// `folder_in`: where they are installed in a home.
  InstallSetup(Host& host,
               const std::function<std::filesystem::path(const std::filesystem::path&)>& folder_in,
               InstalledFolders::Inspect inspect)
      : fetching(host),
        installed(folder_in(fetching.home), std::move(inspect), fetching.warn),
        installer(installed, fetching.home.string(), fetching.make_fetcher) {}

  void add_routes(Setup& setup, const InstalledKind& kind) {
    add_installed_routes(setup, kind, installed, installer, fetching.workers);
  }
  /// Plugin::start and Plugin::stop.
  void start() {
    installed.clean();
    fetching.workers.start();
  }
  void stop() { fetching.workers.stop(); }

  FetchSetup fetching;
  InstalledFolders installed;
  Installer installer;
};

/// The schema of such a plugin's config; see public_repository().
inline constexpr char kInstallConfig[] = R"({
  "type": "object",
  "properties": {
    "public_repository": {"type": "string"},
    "public_ref": {"type": "string"}
  }
})";

}  // namespace collet::skill_files
