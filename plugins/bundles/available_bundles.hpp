// Bundles that lie on this machine: of users, of a project, installed ones.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "bundle.hpp"
#include "installed.hpp"

namespace collet::bundles {

struct Bundle {
  skill_files::About about;
  std::filesystem::path folder;
};

/// Where installed bundles are.
std::filesystem::path installed_bundles_folder(const std::filesystem::path& home);

/// `.agents/plugins/NAME` and `.openhands/plugins/NAME` in `home`, then the installed ones that are switched
/// on; the first of a name counts. Folders that hold no bundle are warnings. Blocks on the disk.
std::vector<Bundle> user_bundles(const std::filesystem::path& home, skill_files::InstalledFolders& installed,
                                 const skill_files::Warn& warn);
/// The same folders in `project`, then at the top of its repository.
std::vector<Bundle> project_bundles(const std::filesystem::path& project, const skill_files::Warn& warn);

/// Those of `second` in the place of those of the same name in `first`, the others behind.
std::vector<Bundle> merged(std::vector<Bundle> first, std::vector<Bundle> second);

/// ,"skills":[{"name","description"}],"files":[…]; both null for a folder that holds no bundle.
void write_contents(json::Writer& writer, const std::filesystem::path& folder, const std::string& name,
                    const skill_files::Warn& warn);

}  // namespace collet::bundles
