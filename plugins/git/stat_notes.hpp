// Spares content that was compared once from being read again.
#pragma once
#include <sys/stat.h>

#include <functional>
#include <string>
#include <vector>

#include "git_handles.hpp"

namespace collet::git {

/// An index remembers times and numbers of files, so that only what has changed since is read. After a copy
/// of the whole repository, into an image say, none of them is right, and every comparison reads every file.
/// git then corrects its index on the disk; here only the index in memory is corrected. One request, one
/// thread.
class StatNotes {
 public:
  /// Notes what the disk says now of the files of which the index remembers something else. `top`: see
  /// Repository. Files that are younger than `youngest` seconds are left out: they may change again in the
  /// same tick of the disk's clock.
  StatNotes(git_index* index, const std::string& top, int youngest = 2);
  /// After a comparison that began later: the index learns what was noted of the files that do not differ,
  /// unless they may have changed meanwhile. -> how many it learned.
  std::size_t settle(git_index* index, const std::function<bool(const char* path)>& differs) const;

 private:
  struct Note {
    std::size_t entry = 0;
    struct stat info = {};
  };

  std::string top_;
  std::vector<Note> notes_;
};

/// Whether a comparison has read the content of so many files that it is worth to take notes next time.
bool has_read_much(const git_diff* diff);

}  // namespace collet::git
