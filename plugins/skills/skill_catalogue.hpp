// All skills that a conversation would get, from all places.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "installed.hpp"
#include "repository_cache.hpp"
#include "skill.hpp"
#include "skills_request.hpp"

namespace collet::skills {

struct Places {
  std::filesystem::path home;
  skill_files::InstalledFolders& installed;
  skill_files::RepositoryCache& public_cache;  ///< the copy of the public repository
  skill_files::RepositoryCache& other_cache;   ///< copies of registered marketplaces
  skill_files::Installer::MakeFetcher make_fetcher;
  std::optional<skill_files::Source> repository;  ///< the public one; nothing: the config names none
};

struct Loaded {
  std::vector<skill_files::Skill> skills;
  std::vector<std::pair<std::string, std::size_t>> sources;  ///< how many of each
};

/// Of one name the last counts, in the place of the first: exposed URLs, registered marketplaces, public and
/// user's, organisations', the project's. A place that fails gives none and a warning. Blocks while
/// repositories are fetched. Any thread.
Loaded load_skills(const Places& places, const SkillsRequest& wanted, const skill_files::Warn& warn);

}  // namespace collet::skills
