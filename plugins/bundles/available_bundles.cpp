#include "available_bundles.hpp"

#include <algorithm>
#include <array>

#include "text_file.hpp"

namespace collet::bundles {
namespace {

namespace fs = std::filesystem;
using namespace skill_files;

constexpr std::array<const char*, 2> kFolders = {".agents/plugins", ".openhands/plugins"};
constexpr std::size_t kMost = 500;

// The first of a name stays.
void add(std::vector<Bundle>& all, const fs::path& folder, const Warn& warn) {
  try {
    auto about = bundle_about(folder, folder.filename().string());
    const bool is_known =
        std::any_of(all.begin(), all.end(), [&](const Bundle& one) { return one.about.name == about.name; });
    if (!is_known && all.size() < kMost) all.push_back({std::move(about), folder});
  } catch (const FileError& error) {
    warn(folder.string() + " is left out: " + error.what());
  }
}

void add_all(std::vector<Bundle>& all, const fs::path& folder, const fs::path& skip, const Warn& warn) {
  for (const auto& entry : entries(folder)) {
    std::error_code error;
    if (entry != skip && !entry.filename().string().starts_with('.') && fs::is_directory(entry, error))
      add(all, entry, warn);
  }
}

}  // namespace

fs::path installed_bundles_folder(const fs::path& home) { return home / ".openhands/plugins/installed"; }

std::vector<Bundle> user_bundles(const fs::path& home, InstalledFolders& installed, const Warn& warn) {
  std::vector<Bundle> all;
  for (const auto* folder : kFolders) add_all(all, home / folder, installed_bundles_folder(home), warn);
  for (const auto& one : installed.list())
    if (one.enabled) add(all, installed.root() / one.name, warn);
  return all;
}

std::vector<Bundle> project_bundles(const fs::path& project, const Warn& warn) {
  std::vector<Bundle> all;
  for (const auto* folder : kFolders) add_all(all, project / folder, {}, warn);
  if (const auto root = repository_root(project); root && *root != project)
    for (const auto* folder : kFolders) add_all(all, *root / folder, {}, warn);
  return all;
}

std::vector<Bundle> merged(std::vector<Bundle> first, std::vector<Bundle> second) {
  for (auto& one : second) {
    const auto old = std::find_if(first.begin(), first.end(),
                                  [&](const Bundle& other) { return other.about.name == one.about.name; });
    if (old == first.end())
      first.push_back(std::move(one));
    else
      *old = std::move(one);
  }
  return first;
}

void write_contents(json::Writer& w, const fs::path& folder, const std::string& name, const Warn& warn) {
  std::error_code error;
  std::string own = name;
  bool is_good = fs::is_directory(folder, error);
  try {
    if (is_good) own = bundle_about(folder, name).name;
  } catch (const FileError&) {
    is_good = false;
  }
  if (!is_good) {
    w.member("skills", nullptr).member("files", nullptr);
    return;
  }
  w.key("skills").array();
  for (const auto& skill : bundle_skills(folder, own, warn))
    w.object().member("name", skill.name).member("description", skill.description).end();
  w.end().key("files").array();
  for (const auto& file : bundle_files(folder)) w.value(file);
  w.end();
}

}  // namespace collet::bundles
