// libgit2, ready for use.
#pragma once
#include <git2.h>

#include <string>

namespace collet::skill_files {

/// Counted: the first one readies the library, the last one ends it. Any thread.
class GitLibrary {
 public:
  GitLibrary() { git_libgit2_init(); }
  ~GitLibrary() { git_libgit2_shutdown(); }
  GitLibrary(const GitLibrary&) = delete;
  GitLibrary& operator=(const GitLibrary&) = delete;
};

/// What the last failure on this thread was, in the library's words.
inline std::string git_words() {
  const git_error* error = git_error_last();
  return error == nullptr || error->message == nullptr ? std::string("git failed") : error->message;
}

}  // namespace collet::skill_files
