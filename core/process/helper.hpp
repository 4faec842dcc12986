// The helper process: starts children for Collet and ends them all when Collet is gone.
#pragma once

namespace collet::process {

/// Serves requests from `socket` until it is closed at the other end, then ends every descendant and exits.
/// Call it in a freshly forked process with one thread; it never returns.
[[noreturn]] void run_helper(int socket);

}  // namespace collet::process
