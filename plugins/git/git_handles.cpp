#include "git_handles.hpp"

#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>

namespace collet::git {
namespace {

constexpr std::ptrdiff_t kObjectCacheBytes = 32 * 1024 * 1024;  // of the whole process

// Formats beyond libgit2's own that change nothing of what is read here. Everything else that a repository
// demands is refused by name.
std::array<const char*, 3> harmless_extensions = {"worktreeconfig", "partialclone", "preciousobjects"};

// Where the user's own configuration cannot be reached, git goes on without it; libgit2 would fail
// everything.
void leave_out_unreachable_home() {
  const char* home = std::getenv("HOME");
  if (home == nullptr || ::access(home, X_OK) == 0) return;
  for (const int level : {GIT_CONFIG_LEVEL_GLOBAL, GIT_CONFIG_LEVEL_XDG})
    check(git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, ""));
}

}  // namespace

int check(int code) {
  if (code >= 0) return code;
  const git_error* error = git_error_last();
  throw GitError(code, error != nullptr && error->message != nullptr ? error->message : "unknown failure");
}

Library::Library() {
  check(git_libgit2_init());
  // Git refuses repositories of other users because their configuration can start programs. Here none is
  // started, whatever the configuration says, and a workspace that is mounted from elsewhere has another
  // owner as a rule.
  check(git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0));
  check(git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, harmless_extensions.data(), harmless_extensions.size()));
  check(git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, kObjectCacheBytes));
  leave_out_unreachable_home();
}

Library::~Library() { git_libgit2_shutdown(); }

}  // namespace collet::git
