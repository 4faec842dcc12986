// A file on its way in: nobody sees it before it is complete.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collet/unique_fd.hpp"

namespace collet::file {

/// Collects bytes in a file of the target's folder that has no name (where the file system cannot do that: a
/// hidden one), and puts it in the target's place as a whole. Without commit() nothing is left, the folders
/// that were made for it included. Any thread, one at a time; blocks on the disk. Throws Refusals.
class IncomingFile {
 public:
  /// `path`: absolute; a symbolic link is followed. Missing folders are made. `expected`: bytes, where known:
  /// refused at once when the disk has no room for them.
  IncomingFile(const std::string& path, std::optional<std::uint64_t> expected);
  IncomingFile(const IncomingFile&) = delete;
  IncomingFile& operator=(const IncomingFile&) = delete;
  ~IncomingFile();

  void write(std::string_view bytes);
  /// On return the file is there and survives a power cut. The old one's mode, and owner where allowed, stay.
  void commit();

 private:
  void look_at_target();
  void open_temporary();
  void check_room(std::uint64_t expected) const;
  void keep_mode_and_owner();
  void put_in_place();

  std::string path_;    ///< where it will be; links resolved
  std::string folder_;  ///< of the path
  std::vector<std::string> made_folders_;
  std::string temporary_;  ///< the hidden file's path; empty: it has no name
  UniqueFd file_;
  std::uint64_t written_ = 0, flushed_ = 0;  ///< bytes
  bool replaces_ = false;
  mode_t mode_ = 0;  ///< of the file that it replaces
  uid_t user_ = 0;
  gid_t group_ = 0;
  bool done_ = false;
};

}  // namespace collet::file
