// Starts one child, in the helper process.
#pragma once
#include <sys/types.h>

#include <csignal>

#include "process/protocol.hpp"

namespace collet::process {

/// What the helper ignores, and nothing else: a child gets the default of these back.
inline constexpr int kIgnoredSignals[] = {SIGINT,  SIGTERM, SIGHUP,  SIGQUIT,
                                          SIGPIPE, SIGUSR1, SIGUSR2, SIGALRM};

/// What the child becomes. Pointers are borrowed; descriptors stay the caller's, -1 is /dev/null.
struct ChildPlan {
  char** argv = nullptr;  ///< null-terminated, at least one
  char** environment = nullptr;
  const char* working_dir = "/";
  int stdin_fd = -1, stdout_fd = -1, stderr_fd = -1;
  bool terminal = false;
  int cgroup_fd = -1;  ///< folder of the cgroup to start in; -1: the caller's
};

struct ChildStart {
  pid_t pid = -1;  ///< -1: not started
  Stage stage = Stage::kNone;
  int error = 0;  ///< errno
};

/// Returns when the child has executed its program, or could not. Descriptors 0 to 2 of the caller must be
/// open.
ChildStart start_child(const ChildPlan& plan);

}  // namespace collet::process
