// What is installed: one folder each, and `.installed.json` beside them, which says where each came from.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "collet/unique_fd.hpp"
#include "skill_folders.hpp"
#include "staging.hpp"

namespace collet::skill_files {

/// What a folder says of itself.
struct About {
  std::string name, version, description;
};

struct Installed {
  std::string name, version, description;
  bool enabled = true;
  std::string source;  ///< never with a password in it
  std::optional<std::string> requested_ref = {}, resolved_ref = {}, repo_path = {};
  std::string installed_at = {};  ///< ISO 8601, UTC
  std::string install_path = {};
};

/// The name is taken.
class AlreadyInstalled : public std::runtime_error {
 public:
  AlreadyInstalled() : std::runtime_error("it is installed already") {}
};

/// The file is the reference's, so what was installed with it stays. Changes are serialised by a lock on a
/// file, so that several servers with the same home are safe. Any thread; methods block on the disk and
/// throw FileError.
class InstalledFolders {
 public:
  /// `inspect`: throws FileError for a folder that holds nothing of the kind; `name`: what counts as the
  /// folder's name.
  using Inspect = std::function<About(const std::filesystem::path& folder, const std::string& name)>;
  InstalledFolders(std::filesystem::path root, Inspect inspect, Warn warn);

  const std::filesystem::path& root() const { return root_; }
  const Inspect& inspect() const { return inspect_; }

  /// Once, at the start: removes what a killed server has left.
  void clean();
  /// Sorted. Entries whose folder has gone are dropped, folders that nobody has noted are added.
  std::vector<Installed> list();
  std::optional<Installed> get(const std::string& name);
  /// False: there is none of this name.
  bool set_enabled(const std::string& name, bool enabled);
  bool remove(const std::string& name);
  /// Moves `made`, a folder in a Staging of root(), to its place. What was there before, and whether it was
  /// switched on, is taken over with `replace`; without it AlreadyInstalled is thrown.
  Installed add(const std::filesystem::path& made, Installed one, bool replace);

 private:
  using Entries = std::map<std::string, Installed>;
  UniqueFd lock() const;
  Entries read() const;
  void write(const Entries& entries) const;
  bool sync(Entries& entries) const;
  std::filesystem::path place(const std::string& name) const { return root_ / name; }

  const std::filesystem::path root_;
  const Inspect inspect_;
  const Warn warn_;
  mutable std::mutex mutex_;
};

/// As the API shows it, without the closing brace, so that more members can follow.
void write_members(json::Writer& writer, const Installed& one);

}  // namespace collet::skill_files
