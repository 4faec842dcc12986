// Reads /proc: which processes are there, and which descend from which. Single-threaded use; no state.
#pragma once
#include <sys/types.h>

#include <string_view>
#include <vector>

namespace collet::process {

struct ProcessInfo {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t session = 0;
  pid_t foreground = 0;  ///< process group in the foreground of its terminal; -1: it has none
  bool alive = false;    ///< false: a zombie
};

/// One process; `pid` is 0 when it is gone.
ProcessInfo read_process(pid_t pid);

/// All that descend from `root`, without it: parents before their children.
std::vector<ProcessInfo> descendants_of(pid_t root);

/// Whether a process was started with exactly this "NAME=value".
bool has_environment(pid_t pid, std::string_view entry);

}  // namespace collet::process
