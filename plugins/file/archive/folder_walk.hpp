// All files and folders below a folder, one after another, without following any link.
#pragma once
#include <sys/stat.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collet/unique_fd.hpp"

namespace collet::file {

struct WalkedEntry {
  std::string path;       ///< relative to the folder; empty: the folder itself
  struct stat status {};  ///< of a regular file or a folder
  UniqueFd content;       ///< of a regular file, open for reading
};

/// Keeps the names of the folders on the way to where it is, nothing else. One thread at a time; blocks on
/// the disk.
class FolderWalk {
 public:
  /// `root`: a folder. `leave_out`: called with a path and whether it is a folder; what is in such a folder
  /// is not looked at.
  FolderWalk(UniqueFd root, std::function<bool(std::string_view path, bool is_folder)> leave_out);

  /// The next one, a folder before what is in it, names in order; nothing: that was all. What is neither file
  /// nor folder is passed over; what cannot be opened too, and counted.
  std::optional<WalkedEntry> next();
  std::uint64_t unreadable() const { return unreadable_; }

 private:
  struct Name {
    std::string text;
    bool is_folder = false;
  };
  struct Level {
    std::string path;
    std::vector<Name> names;  ///< last one first
  };

  std::optional<WalkedEntry> enter(std::string path);
  std::optional<WalkedEntry> open_file(std::string path);
  void read_names(int folder, Level& level) const;

  UniqueFd root_;
  std::function<bool(std::string_view, bool)> leave_out_;
  std::vector<Level> levels_;
  bool begun_ = false;
  std::uint64_t unreadable_ = 0;
};

}  // namespace collet::file
