// One open repository, read only.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "git_handles.hpp"

namespace collet::git {

/// Made by Repositories. Each belongs to one request; not for two threads at once. Nothing here writes to the
/// repository, starts a program or talks to a network. Methods throw GitError where the repository is
/// damaged.
class Repository {
 public:
  /// What outlives a request.
  struct Kept {
    RepositoryHandle handle;
    bool read_much = false;  ///< the last comparison had to read many files: see stat_notes.hpp
  };
  using GiveBack = std::function<void(Kept)>;
  /// `give_back` gets it at the end.
  Repository(Kept kept, GiveBack give_back);
  ~Repository();
  Repository(Repository&&) noexcept = default;
  Repository& operator=(Repository&&) noexcept = default;

  git_repository* get() const { return kept_.handle.get(); }
  bool read_much() const { return kept_.read_much; }
  void set_read_much(bool read_much) { kept_.read_much = read_much; }
  /// The index, as it is on the disk now.
  IndexHandle index() const;
  /// The top of the working tree, a real path without a slash at its end; empty: it has none.
  std::string top() const;
  /// Where a real path lies in the working tree, "" for its top. Throws a Refusal (400) where it lies
  /// elsewhere, as with a bare repository or a `core.worktree` that leads away.
  std::string place_of(const std::string& path) const;

  std::optional<git_oid> head() const;
  /// The branch that HEAD is on, without "refs/heads/"; nothing where HEAD is detached or has no commit.
  std::optional<std::string> branch() const;
  /// The commit that a full name, "refs/…", leads to.
  std::optional<git_oid> reference(const std::string& name) const;
  /// Throws a Refusal (400) where it names no commit. `ref`: what users write, "HEAD~1", "origin/main".
  git_oid commit_named(const std::string& ref) const;
  /// `sha`: 4 to 64 hexadecimal digits. Throws a Refusal (400) where it names no commit, or several.
  git_oid commit_with(const std::string& sha) const;

  CommitHandle commit(const git_oid& id) const;
  TreeHandle tree(const git_oid& commit) const;
  /// The first parent; nothing for a root commit, and for one whose parents are not here (a shallow clone).
  std::optional<git_oid> first_parent(const git_oid& commit) const;
  /// Whether history ends at this commit because the clone is shallow.
  bool is_boundary(const git_oid& commit) const;

 private:
  /// Whether a revision begins with a reference, or the id of an object, that is there.
  bool is_name_or_id(const std::string& ref) const;
  Kept kept_;
  GiveBack give_back_;
  std::string work_tree_;  // a real path with a slash at its end; empty: bare
  std::string boundary_;   // of a shallow clone: its commits, one a line
};

}  // namespace collet::git
