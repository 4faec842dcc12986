// A folder as a .tar.gz, made as it is read. Flat memory, no file in between.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "archive/archive_writer.hpp"
#include "archive/folder_walk.hpp"

namespace collet::file {

/// Regular files and folders; links and all else are left out. Files that change meanwhile are cut or filled
/// up with zeros to the size that they had when they were opened. At the end stands a manifest, unless the
/// folder has a file of that name. One thread at a time; blocks on the disk.
class TarStream {
 public:
  /// `name`: of the folder, and in front of all names. `excludes`: see excludes.hpp.
  TarStream(UniqueFd root, std::string name, std::vector<std::string> excludes);

  /// The next bytes, perhaps none yet; nothing: the end. Throws std::runtime_error.
  std::optional<std::string> pull();

 private:
  std::size_t step();
  void begin_entry(WalkedEntry entry);
  std::size_t copy_some();
  void end();

  const std::string name_;
  const std::vector<std::string> excludes_;
  FolderWalk walk_;
  ArchiveWriter writer_;
  std::vector<char> buffer_;
  UniqueFd content_;             ///< of the file that is being copied
  std::uint64_t remaining_ = 0;  ///< bytes of it
  std::uint64_t files_ = 0, bytes_ = 0;
  bool has_own_manifest_ = false;
  bool ended_ = false;
};

}  // namespace collet::file
