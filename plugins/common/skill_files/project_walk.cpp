#include "project_walk.hpp"

#include <git2.h>

#include <algorithm>
#include <memory>
#include <string>

#include "git_library.hpp"

namespace collet::skill_files {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostEntries = 50'000, kMostFiles = 200;
constexpr int kMostDepth = 16;

struct FreeRepository {
  void operator()(git_repository* repository) const { git_repository_free(repository); }
};
using Repository = std::unique_ptr<git_repository, FreeRepository>;

Repository repository_of(const fs::path& folder) {
  git_repository* found = nullptr;
  if (git_repository_open_ext(&found, folder.c_str(), 0, nullptr) != 0) return nullptr;
  Repository repository(found);
  return git_repository_workdir(found) == nullptr ? nullptr : std::move(repository);
}

// Whether a folder is the project's own.
class Rules {
 public:
  explicit Rules(const fs::path& project) : repository_(repository_of(project)) {
    std::error_code error;
    if (repository_) top_ = fs::canonical(git_repository_workdir(repository_.get()), error);
    base_ = fs::canonical(project, error);
    project_ = project;
  }
  bool enters(const fs::path& folder) const {
    const auto name = folder.filename().string();
    if (!repository_) return !name.starts_with('.') && name != "node_modules";
    return name != ".git" && !ignores(folder, true);
  }
  bool takes(const fs::path& file) const { return !repository_ || !ignores(file, false); }

 private:
  bool ignores(const fs::path& path, bool is_folder) const {
    const auto own = (base_ / path.lexically_relative(project_)).lexically_relative(top_).generic_string();
    int ignored = 0;
    git_ignore_path_is_ignored(&ignored, repository_.get(), (own + (is_folder ? "/" : "")).c_str());
    return ignored == 1;
  }

  Repository repository_;
  fs::path top_, base_, project_;
};

}  // namespace

std::vector<fs::path> nested_files(const fs::path& project,
                                   const std::function<bool(const fs::path&)>& wanted) {
  const GitLibrary library;
  const Rules rules(project);
  std::vector<fs::path> files;
  std::error_code error;
  auto at = fs::recursive_directory_iterator(project, fs::directory_options::skip_permission_denied, error);
  std::size_t seen = 0;
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (++seen > kMostEntries || files.size() == kMostFiles) break;
    std::error_code ignored;
    if (at->is_directory(ignored)) {
      if (at.depth() >= kMostDepth || !rules.enters(at->path())) at.disable_recursion_pending();
    } else if (at.depth() > 0 && wanted(at->path()) && at->is_regular_file(ignored) &&
               rules.takes(at->path())) {
      files.push_back(at->path());
    }
  }
  std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) {
    const auto left = a.parent_path().generic_string(), right = b.parent_path().generic_string();
    return left != right ? left < right : a < b;
  });
  return files;
}

}  // namespace collet::skill_files
