// Marketplaces: a file in a repository that lists bundles and skills.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "skill_folders.hpp"

namespace collet::skill_files {

struct Offer {
  std::string name;
  std::optional<std::string> description = {};
  std::string source;                                ///< absolute where it lies in the marketplace itself
  std::optional<std::string> ref = {}, folder = {};  ///< of a repository elsewhere
  bool is_bundle = false;                            ///< it says so by lying under plugins/
};

struct Marketplace {
  std::vector<Offer> bundles;  ///< "plugins" in the file
  std::vector<Offer> skills;
};

inline constexpr const char* kDefaultMarketplace = "marketplaces/default.json";

/// `.plugin/marketplace.json` or `.claude-plugin/marketplace.json`, else `fallback`. Offers that can't be
/// read are left out. Throws FileError: there is none, or it is no JSON object.
Marketplace read_marketplace(const std::filesystem::path& root, const std::string& fallback = {});
Marketplace read_marketplace_file(const std::filesystem::path& root, const std::string& path);

/// The skills of a copy of the public repository: those that the marketplace file `path` names, all where it
/// is nothing, or the default one that is not there.
std::vector<Skill> public_skills(const std::filesystem::path& root, const std::optional<std::string>& path,
                                 const Warn& warn);

/// In one text, as an install takes it: "github:owner/repo@ref/folder".
std::string source_text(const Offer& offer);

}  // namespace collet::skill_files
