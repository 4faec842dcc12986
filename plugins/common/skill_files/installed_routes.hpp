// The routes that skills and bundles have in common: install, list, show, switch, remove, refresh.
#pragma once
#include <functional>
#include <string>

#include "collet/plugin.hpp"
#include "fetch_workers.hpp"
#include "installer.hpp"

namespace collet::skill_files {

struct InstalledKind {
  std::string noun;     ///< "skill", "plugin": its paths are /api/NOUNs…, and it stands in answers
  std::string tag;      ///< in /openapi.json
  std::string pattern;  ///< of names, as shown
  std::string members;  ///< schema of what `describe` adds, ,"name":{…}; may be empty
  /// Adds members to what is shown of one that is installed; null: none.
  std::function<void(json::Writer&, const Installed&)> describe = {};
};

/// All of them outlive the plugin's routes.
void add_installed_routes(Setup& setup, const InstalledKind& kind, InstalledFolders& folders,
                          Installer& installer, FetchWorkers& workers);

}  // namespace collet::skill_files
