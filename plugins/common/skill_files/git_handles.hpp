// Owners for what libgit2 hands out.
#pragma once
#include <git2.h>

#include "common/owned.hpp"

namespace collet::skill_files {

using GitRepository = Owned<git_repository, git_repository_free>;
using GitRemote = Owned<git_remote, git_remote_free>;
using GitObject = Owned<git_object, git_object_free>;
using GitTree = Owned<git_tree, git_tree_free>;
using GitTreeEntry = Owned<git_tree_entry, git_tree_entry_free>;
using GitBlob = Owned<git_blob, git_blob_free>;
using GitOdb = Owned<git_odb, git_odb_free>;

}  // namespace collet::skill_files
