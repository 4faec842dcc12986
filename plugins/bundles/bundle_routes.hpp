// POST /api/plugins, GET /api/plugins/marketplace.
#pragma once
#include <filesystem>
#include <optional>

#include "collet/plugin.hpp"
#include "fetch_workers.hpp"
#include "installed.hpp"
#include "repository_cache.hpp"

namespace collet::bundles {

struct Places {
  std::filesystem::path home;
  skill_files::InstalledFolders& installed;
  skill_files::RepositoryCache& cache;
  std::optional<skill_files::Source> repository;  ///< the public one; nothing: the config names none
};

/// `places` and `workers` outlive the routes.
void add_bundle_routes(Setup& setup, const Places& places, skill_files::FetchWorkers& workers,
                       const skill_files::Warn& warn);

/// The schema of what write_contents adds, with a comma before it.
std::string contents_schema();

}  // namespace collet::bundles
