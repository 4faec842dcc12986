// Copies of repositories that are looked at often: the public skills, registered marketplaces.
#pragma once
#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "installer.hpp"
#include "skill_folders.hpp"
#include "source.hpp"

namespace collet::skill_files {

/// The newest commit of each, without its history. The server is asked once a minute at most, whether it
/// answers or not; while it can't be reached, the last copy counts. Any thread; blocks while it fetches. A
/// lock on a file keeps several servers with one home apart.
class RepositoryCache {
 public:
  struct Copy {
    std::optional<std::filesystem::path> folder;  ///< nothing: there never was one
    std::string failure;                          ///< why the server could not be asked; empty: it was
  };

  RepositoryCache(std::filesystem::path root, Installer::MakeFetcher make_fetcher, Warn warn)
      : root_(std::move(root)), make_fetcher_(std::move(make_fetcher)), warn_(std::move(warn)) {}

  /// `name`: of the copy; `only`: the entries of the repository that are kept, all where it is empty; `now`:
  /// ask the server, whenever that was last done.
  Copy get(const Source& source, const std::string& name, const std::vector<std::string>& only = {},
           bool now = false);

 private:
  struct Asked {
    std::chrono::steady_clock::time_point when;
    std::string failure;
  };
  void update(const Source& source, const std::string& name, const std::vector<std::string>& only);

  const std::filesystem::path root_;
  const Installer::MakeFetcher make_fetcher_;
  const Warn warn_;
  std::mutex mutex_;
  std::map<std::string, Asked> asked_;
};

/// The copy of the public repository, with what is offered in it; nothing: the config names none.
RepositoryCache::Copy public_copy(RepositoryCache& cache, const std::optional<Source>& repository,
                                  bool now = false);

/// "repo-0123456789abcdef": a name for the copy of any repository.
std::string cache_name(const Source& source);

}  // namespace collet::skill_files
