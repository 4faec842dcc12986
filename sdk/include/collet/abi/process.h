/* From the host: child processes that end with the server, however it ends. */
#ifndef COLLET_ABI_PROCESS_H
#define COLLET_ABI_PROCESS_H

#include "collet/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_FEATURE_PROCESS "collet.draft.process/1"

typedef struct collet_spawn {
  uint32_t struct_size;
  const collet_str* argv; /* argv[0] is looked up in PATH */
  size_t argc;
  collet_pairs environment; /* added to, or in place of, the host's own without its keys */
  collet_str working_dir;   /* empty: "/" */
  int32_t stdin_fd;         /* the child's ends; -1: /dev/null. Owner: the caller, who may close them afterwards */
  int32_t stdout_fd;
  int32_t stderr_fd;
  int32_t terminal; /* not 0: stdin_fd is a terminal's slave side; it becomes the child's controlling terminal */
} collet_spawn;

typedef struct collet_process {
  uint32_t struct_size;
  /* Starts a child in a session of its own. `exited` is called exactly once when it has ended by itself, by a signal or
   * by `end`, also after `release`; `status` is the exit code, or minus the signal's number. It may come before
   * spawn has returned; it must not block; it owns `context` from then on.
   * Thread: any but the one that calls `exited`; blocks for the start. State: from create until stop has returned.
   * Errors: COLLET_INVALID: no such program or folder; COLLET_UNAVAILABLE: the system refuses. `exited` is then not
   * called. `error` gets one line for people. */
  collet_status (*spawn)(const collet_host* host, const collet_spawn* spawn, void* context,
                         void (*exited)(void* context, int32_t status), collet_handle* process, collet_sink error);
  /* Sends a signal to the child's foreground process group. Does not block. Thread: any. State: as spawn.
   * Errors: COLLET_NOT_FOUND: it has ended, or the handle is unknown. */
  collet_status (*signal)(const collet_host* host, collet_handle process, int32_t signal);
  /* Ends the child and all that descends from it: TERM, KILL after `grace_ms`. Returns at once. Right after its exit
   * too, for what it left behind. Thread: any. State: as spawn. Errors: none: an unknown handle does nothing. */
  void (*end)(const collet_host* host, collet_handle process, int32_t grace_ms);
  /* The process id, 0 when the handle is unknown. For people: it may belong to someone else after the exit.
   * Thread: any. State: as spawn. Errors: none. */
  int64_t (*pid)(const collet_host* host, collet_handle process);
  /* Releases the handle, and ends what is left of the tree as `end` does with a second's grace. Thread: any.
   * State: as spawn. Owner: the plugin holds the handle until here; what it doesn't release is released after its stop.
   * Errors: none: an unknown handle does nothing. */
  void (*release)(const collet_host* host, collet_handle process);
} collet_process;

#ifdef __cplusplus
}
#endif
#endif
