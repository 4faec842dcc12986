// Brings what a source names into the folders of what is installed.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "git_fetch.hpp"
#include "installed.hpp"
#include "source.hpp"

namespace collet::skill_files {

struct InstallWish {
  std::string source;
  std::optional<std::string> ref = {}, repo_path = {};
  bool force = false;
};

/// Any thread; methods block for as long as a fetch takes. They throw FetchError (its what() is empty where a
/// local source is not there), FileError (what is there is nothing of the kind), AlreadyInstalled.
class Installer {
 public:
  using MakeFetcher = std::function<GitFetcher()>;
  Installer(InstalledFolders& folders, std::string home, MakeFetcher make_fetcher)
      : folders_(folders), home_(std::move(home)), make_fetcher_(std::move(make_fetcher)) {}

  Installed install(const InstallWish& wish);
  /// From where it came from: a branch's newest commit, a folder as it is now. Nothing: it is not installed.
  std::optional<Installed> refresh(const std::string& name);

 private:
  Installed bring(const Source& source, bool force, const std::string& wanted_name);

  InstalledFolders& folders_;
  const std::string home_;
  const MakeFetcher make_fetcher_;
};

}  // namespace collet::skill_files
