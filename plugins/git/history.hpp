// The commits that HEAD has grown out of.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "budget.hpp"
#include "repository.hpp"

namespace collet::git {

struct Commit {
  std::string sha;
  std::string short_sha;  ///< 7 digits, or as many as tell it from all others
  std::string subject;    ///< the first paragraph of the message in one line
  std::string author;
  std::string timestamp;  ///< of the author, ISO 8601 with the author's own offset
};

struct CommitPage {
  std::vector<Commit> commits;  ///< newest first
  bool has_more = false;
};

/// The newest `limit` commits; none where HEAD has no commit. A shallow clone ends where it was cut. Throws
/// GitError.
CommitPage newest_commits(const Repository& repository, std::size_t limit);

}  // namespace collet::git
