// libgit2's objects as owned values, its error codes as exceptions.
#pragma once
#include <git2.h>

#include <stdexcept>
#include <string>

#include "common/owned.hpp"

namespace collet::git {

/// A call of libgit2's failed; `what()` is its own line.
class GitError : public std::runtime_error {
 public:
  GitError(int code, const std::string& message) : std::runtime_error(message), code_(code) {}
  int code() const noexcept { return code_; }
  bool not_found() const noexcept { return code_ == GIT_ENOTFOUND; }

 private:
  int code_;
};

/// -> the code. Throws GitError where it is negative.
int check(int code);

/// libgit2's state of the process, with what is the same for all repositories: how it treats owners and
/// formats, how much it keeps in memory. Make one before anything else of this folder is used, and keep it;
/// may be made several times.
class Library {
 public:
  Library();
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
};

using RepositoryHandle = Owned<git_repository, git_repository_free>;
using IndexHandle = Owned<git_index, git_index_free>;
using DiffHandle = Owned<git_diff, git_diff_free>;
using ObjectHandle = Owned<git_object, git_object_free>;
using CommitHandle = Owned<git_commit, git_commit_free>;
using TreeHandle = Owned<git_tree, git_tree_free>;
using TreeEntryHandle = Owned<git_tree_entry, git_tree_entry_free>;
using BlobHandle = Owned<git_blob, git_blob_free>;
using ReferenceHandle = Owned<git_reference, git_reference_free>;

/// Calls `function(&out, arguments…)` and owns what it gives. Throws GitError.
template <class Handle, class Function, class... Arguments>
Handle made(Function function, Arguments... arguments) {
  typename Handle::pointer out = nullptr;
  check(function(&out, arguments...));
  return Handle(out);
}

/// The same; empty where there is no such thing.
template <class Handle, class Function, class... Arguments>
Handle found(Function function, Arguments... arguments) {
  typename Handle::pointer out = nullptr;
  const int code = function(&out, arguments...);
  if (code != GIT_ENOTFOUND) check(code);
  return Handle(out);
}

}  // namespace collet::git
