// Opens a plugin's file, and checks that nobody but root, the program's owner or our own user could have put
// it there or changed it.
#pragma once
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "collet/unique_fd.hpp"

namespace collet::plugins {

/// A file that has passed. Whatever else is checked is checked by `descriptor`, so that all checks are about
/// one file.
struct CheckedFile {
  UniqueFd descriptor;
  std::filesystem::path path;  ///< of what was opened, without links
  struct stat info = {};       ///< when it was opened
};

/// Opens the file once. It must lie in the folder it was named in (no link out of it); it, its folder and all
/// folders and links on the way must belong to one of the three and not be writable by others: neither by
/// everybody nor by a group, unless that is the owner's private one, nor by those that an access list names.
/// Folders above may be sticky (/tmp): others can't replace our entries there. kInvalid says what is wrong.
Result<CheckedFile> open_checked(const std::filesystem::path& file);

/// A user of the machine.
struct Account {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;  ///< its first group
};

/// Whether the group is the one of this user alone: it is the first group of the user and of no other one of
/// all `users`, and its list of members names nobody else. Pure.
bool is_alone_in(gid_t group, uid_t owner, const std::vector<Account>& users,
                 const std::vector<std::string>& members);

/// The same of this machine. Not root's group; not one without a name; none where users come from a
/// directory, which need not list them all.
bool is_private_group(gid_t group, uid_t owner);

/// Whether the file was not written to between the two. A writer can set the time of its last change back
/// (mtim), but not the one of its entry's (ctim).
bool is_unchanged(const struct stat& before, const struct stat& after);

}  // namespace collet::plugins
