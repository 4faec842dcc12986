// The folders in a folder, a page at a time. Blocks on the disk; any thread.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace collet::file {

struct FolderPage {
  std::vector<std::string> names;
  std::optional<std::string> next;  ///< the mark of the next page
};

/// Folders in `path`, without regard to case in the order of their names; files, symbolic links and names
/// that are no UTF-8 are left out. `mark`: where the page begins, from the page before; one that has gone
/// meanwhile means what comes behind it. Keeps no more than a page in memory. Throws a Refusal.
FolderPage list_folders(const std::string& path, bool hidden, std::size_t limit,
                        const std::optional<std::string>& mark);

}  // namespace collet::file
