// Writes a tree of files that others made into a new folder of ours, within bounds.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace collet::skill_files {

struct TreeLimits {
  std::size_t entries = 10'000;
  std::size_t bytes = std::size_t{64} << 20;       ///< of all files
  std::size_t file_bytes = std::size_t{16} << 20;  ///< of one
  std::size_t depth = 24;
};

/// Paths are relative, parts separated by '/'. Nothing leaves the folder: a part like ".." is refused, links
/// are made last and must lead to something inside. `.git` is left out by the callers. One thread. All throw
/// FileError.
class TreeWriter {
 public:
  /// `root` is there and empty, and nobody else's.
  explicit TreeWriter(std::filesystem::path root, TreeLimits limits = {});

  void add_folder(const std::string& path);
  void add_file(const std::string& path, std::string_view content, bool executable);
  void add_link(const std::string& path, const std::string& target);
  /// Makes the links. One that leads nowhere is left out.
  void finish();

  /// How long one more file may be.
  std::size_t room() const;

 private:
  std::filesystem::path checked(const std::string& path);

  std::filesystem::path root_;
  TreeLimits limits_;
  std::size_t entries_ = 0, bytes_ = 0;
  std::vector<std::pair<std::filesystem::path, std::string>> links_;
};

/// A folder of this machine; `from` is no link. Whatever is no file, folder or link is refused. Throws
/// FileError.
void copy_tree(const std::filesystem::path& from, TreeWriter& to);

}  // namespace collet::skill_files
