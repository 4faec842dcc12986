// Opens a plugin's file, and checks that nobody but root, the program's owner or our own user could have put
// it there or changed it.
#pragma once
#include <sys/stat.h>

#include <filesystem>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace collet::plugins {

/// A file that has passed. Whatever else is checked is checked by `descriptor`, so that all checks are about
/// one file.
struct CheckedFile {
  UniqueFd descriptor;
  std::filesystem::path path;  ///< of what was opened, without links
  struct stat info = {};       ///< when it was opened
};

/// Opens the file once. It must lie in the folder it was named in (no link out of it); it, its folder and all
/// folders above must belong to one of the three and not be writable by others. Folders above may be sticky
/// (/tmp): others can't replace our entries there. kInvalid says what is wrong.
Result<CheckedFile> open_checked(const std::filesystem::path& file);

}  // namespace collet::plugins
