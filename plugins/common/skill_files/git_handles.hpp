// Owners for what libgit2 hands out.
#pragma once
#include <git2.h>

#include <memory>

namespace collet::skill_files {

template <class Type, void (*free_it)(Type*)>
struct GitFree {
  void operator()(Type* handle) const { free_it(handle); }
};
template <class Type, void (*free_it)(Type*)>
using GitHandle = std::unique_ptr<Type, GitFree<Type, free_it>>;

using GitRepository = GitHandle<git_repository, git_repository_free>;
using GitRemote = GitHandle<git_remote, git_remote_free>;
using GitObject = GitHandle<git_object, git_object_free>;
using GitTree = GitHandle<git_tree, git_tree_free>;
using GitTreeEntry = GitHandle<git_tree_entry, git_tree_entry_free>;
using GitBlob = GitHandle<git_blob, git_blob_free>;
using GitOdb = GitHandle<git_odb, git_odb_free>;

}  // namespace collet::skill_files
