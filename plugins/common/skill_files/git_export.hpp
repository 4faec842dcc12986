// Writes the files of a commit.
#pragma once
#include <git2.h>

#include <functional>
#include <string>
#include <vector>

#include "tree_writer.hpp"

namespace collet::skill_files {

/// The folder `folder` (empty: all) of `commit`, of its entries those in `only` unless it is empty.
/// Submodules and `.git` are left out. `go_on` is asked before each file. Throws FetchError and FileError.
void export_commit(git_repository* repository, const git_oid& commit, const std::string& folder,
                   const std::vector<std::string>& only, TreeWriter& to, const std::function<bool()>& go_on);

}  // namespace collet::skill_files
