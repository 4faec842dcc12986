// Which files differ: the working tree from a commit, or a commit from its parent.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "budget.hpp"
#include "repositories.hpp"

namespace collet::git {

enum class Status { kAdded, kUpdated, kDeleted };

/// A rename is a deletion and an addition.
struct Change {
  Status status = Status::kUpdated;
  std::string path;  ///< bytes, as they are in the repository

  bool operator==(const Change&) const = default;
};

/// What differs in the repository around the folder and in the repositories right below it (each has its own
/// base), sorted by path. Tracked files are named from the top of the repository, untracked ones from the
/// folder, and only those in it are listed; a file of a repository below comes with that one's name before
/// it. Nothing: there is no repository around the folder. `ref`: see base_commit.hpp. Throws a Refusal,
/// GitError.
std::optional<std::vector<Change>> working_tree_changes(Repositories& repositories, const std::string& folder,
                                                        const std::optional<std::string>& ref,
                                                        Budget& budget);

/// What a commit changed, against its first parent.
std::vector<Change> commit_changes(const Repository& repository, const git_oid& commit, Budget& budget);

/// What the files of the working tree are compared with: see base_commit.hpp.
std::optional<git_oid> display_base(Repository& repository, const std::optional<std::string>& ref,
                                    Budget& budget);

}  // namespace collet::git
