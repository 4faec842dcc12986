// One file before and after.
#pragma once
#include <optional>
#include <string>

#include "budget.hpp"
#include "repositories.hpp"

namespace collet::git {

/// The two texts, as `side()` of text.hpp makes them; both null: the file is in no repository.
struct FileDiff {
  std::optional<std::string> original;
  std::optional<std::string> modified;
};

/// The file of the working tree against the base commit (see base_commit.hpp). A side that does not have it
/// is empty, and so are folders and submodules; of a link it is what the link says. Throws a Refusal (400)
/// where neither side has it, where one is no text, is larger than 1 MiB or no regular file; GitError.
FileDiff working_tree_diff(Repositories& repositories, const std::string& path,
                           const std::optional<std::string>& ref, Budget& budget);

/// The file in a commit against the one in its first parent; the working tree has no part in it. Throws as
/// above, but two empty sides are an answer.
FileDiff commit_diff(Repositories& repositories, const std::string& path, const std::string& sha);

}  // namespace collet::git
