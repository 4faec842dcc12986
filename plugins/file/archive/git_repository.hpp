// What archives need of a git repository, through libgit2: no shell, no hooks, no drivers of the repository's
// own.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

struct git_repository;

namespace collet::file {

class GitError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Where the one repository at or below `folder` is (three levels, without hidden and vendored folders);
/// `folder` itself where there is none, or more than one.
std::string find_repository_root(const std::string& folder);

/// Empty where it is not known.
struct RepositoryFacts {
  std::string remote;  ///< without user, password and keys
  std::string branch;  ///< "DETACHED" without one
  std::string head;    ///< of the commit, in full
};

class GitRepository {
 public:
  /// The repository that `folder` is in. Throws GitError where it is in none.
  explicit GitRepository(const std::string& folder);
  GitRepository(const GitRepository&) = delete;
  GitRepository& operator=(const GitRepository&) = delete;
  ~GitRepository();

  RepositoryFacts facts() const;

  /// The commit that a delta is against, in full; empty: the empty tree. `wanted`: a revision; empty: that of
  /// the branch on origin, else of origin's main branch, else the empty tree; with a detached HEAD, HEAD.
  /// Throws GitError when there is no such commit.
  std::string base_commit(const std::string& wanted) const;

  /// Writes what the files are different in from `base` (of base_commit), those that git doesn't know yet
  /// included, as `git apply` takes it; of the files below the folder only. One file at a time is in memory.
  /// `leave_out`: called with each path. Throws GitError, and a Refusal (413) for a file that is too large.
  void write_delta(const std::string& base, const std::function<bool(std::string_view path)>& leave_out,
                   const std::function<void(std::string_view text)>& write) const;

  static constexpr std::uint64_t kMostFileBytes = 256U << 20;

 private:
  struct Free {
    void operator()(git_repository* repository) const;
  };

  std::string remote() const;
  std::string commit_of(const std::string& revision) const;
  std::string commit_on_origin() const;

  std::unique_ptr<git_repository, Free> repository_;
  std::string below_;  ///< the folder, relative to the repository's; empty: the same
};

/// A remote's URL without what lets others in.
std::string without_credentials(std::string url);

}  // namespace collet::file
