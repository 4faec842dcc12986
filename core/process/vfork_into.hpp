// Starts a process that borrows this one's memory until it has executed its program: a copy of the helper's
// memory, fork(), costs more than the program. In the helper process only, which has one thread.
#pragma once
#include <sys/types.h>

/// For what runs in the child: sanitizers know nothing of its stack.
#define COLLET_ON_OTHER_STACK __attribute__((no_sanitize("address", "thread")))

namespace collet::process {

/// Calls `run(argument)` in a child, on a stack kept for that; returns when the child has executed a program
/// or ended. `run` never returns, and what it writes to memory this process will see. The child has signal
/// handlers of its own, and starts right in the cgroup, for to move there afterwards takes milliseconds
/// (cgroup_fd: its folder, -1: ours); where that is refused it starts in ours, and its tree is found without.
/// -> the child, or -1 and errno
pid_t vfork_into(int cgroup_fd, int (*run)(void*), void* argument);

}  // namespace collet::process
