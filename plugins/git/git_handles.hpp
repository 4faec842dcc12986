// libgit2's objects as owned values, its error codes as exceptions.
#pragma once
#include <git2.h>

#include <memory>
#include <stdexcept>
#include <string>

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

template <auto free>
struct Free {
  template <class Type>
  void operator()(Type* object) const noexcept {
    free(object);
  }
};

using RepositoryHandle = std::unique_ptr<git_repository, Free<git_repository_free>>;
using IndexHandle = std::unique_ptr<git_index, Free<git_index_free>>;
using DiffHandle = std::unique_ptr<git_diff, Free<git_diff_free>>;
using ObjectHandle = std::unique_ptr<git_object, Free<git_object_free>>;
using CommitHandle = std::unique_ptr<git_commit, Free<git_commit_free>>;
using TreeHandle = std::unique_ptr<git_tree, Free<git_tree_free>>;
using TreeEntryHandle = std::unique_ptr<git_tree_entry, Free<git_tree_entry_free>>;
using BlobHandle = std::unique_ptr<git_blob, Free<git_blob_free>>;
using ReferenceHandle = std::unique_ptr<git_reference, Free<git_reference_free>>;

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
