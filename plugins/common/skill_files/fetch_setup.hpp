// What a plugin needs that fetches from elsewhere.
#pragma once
#include <filesystem>
#include <optional>

#include "collet/fields.hpp"
#include "collet/plugin.hpp"
#include "fetch_workers.hpp"
#include "git_library.hpp"
#include "installer.hpp"

namespace collet::skill_files {

/// Made in Plugin::setup, lives as long as the plugin.
struct FetchSetup {
  explicit FetchSetup(Host& host);

  GitLibrary library;  ///< so that it need not be readied for each fetch
  Warn warn;
  std::filesystem::path home;
  FetchWorkers workers;
  Installer::MakeFetcher make_fetcher;
};

/// What `public_repository` and `public_ref` of the plugin's config name; nothing: an empty text. Without the
/// latter the variable EXTENSIONS_REF counts, as elsewhere. Throws FileError.
std::optional<Source> public_repository(const Fields& config, const std::filesystem::path& home);

}  // namespace collet::skill_files
