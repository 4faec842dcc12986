// Finds and opens repositories, and keeps some open for the next request.
#pragma once
#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "git_handles.hpp"
#include "repository.hpp"

namespace collet::git {

/// An index of 50,000 files takes as long to read as a third of the rest of a request. So what a request has
/// opened is kept for a while: at most 4 repositories with 500,000 index entries together, each for 10 min.
/// libgit2 sees by itself what changes in between, but for some of the configuration. Methods may be called
/// from any thread.
class Repositories {
 public:
  /// `keep`: how many stay open.
  explicit Repositories(std::size_t keep = 4) : keep_(keep) {}

  /// The one that the folder lies in. Nothing: there is none, or no such folder. Throws GitError where there
  /// is one that cannot be opened. It comes back when it is destroyed, which must happen before this object
  /// is.
  std::optional<Repository> around(const std::string& folder);
  /// The one whose top the folder (a real path) is.
  std::optional<Repository> at(const std::string& folder);
  /// Closes those that no request uses: something was wrong with one.
  void forget();

  std::size_t kept() const;

 private:
  friend class Repository;
  using Clock = std::chrono::steady_clock;
  struct Open {
    std::string key;
    Clock::time_point since;
    Repository::Kept kept;
  };

  Repository::Kept take(const std::string& key, Clock::time_point& since);
  void give_back(Open open) noexcept;

  const std::size_t keep_;
  mutable std::mutex mutex_;
  std::vector<Open> idle_;  // the last used one is the last
};

}  // namespace collet::git
