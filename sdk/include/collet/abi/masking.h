/* From the host: hides a conversation's secrets (those that it was started with or its user has put, not those that the
 * plugin reads by secrets.h) in output that comes in pieces. What a tool's observation holds is
 * masked by the host in any case; this is for output that a tool cuts, keeps in files or shows by other ways. */
#ifndef COLLET_ABI_MASKING_H
#define COLLET_ABI_MASKING_H

#include "collet/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_FEATURE_MASKING "collet.draft.masking/1"

typedef struct collet_masking {
  uint32_t struct_size;
  /* Opens a stream for the secrets of one conversation; secrets that it learns later are hidden too.
   * Thread: any but I/O threads, may block on the database. State: started. Owner: the plugin closes it; what it
   * doesn't is closed after its stop.
   * Errors: COLLET_NOT_FOUND: no such conversation. `error` gets one line for people. */
  collet_status (*open)(const collet_host* host, collet_str conversation, collet_handle* stream, collet_sink error);
  /* Takes a piece of text (any bytes) and gives what can be shown by now; an end that may be the beginning of a secret
   * is held back until the next piece. `last` not 0: gives all that is left; the stream begins anew.
   * Thread: any, one at a time per stream; never blocks. State: from open until stop has returned.
   * Errors: COLLET_NOT_FOUND: no such stream; the sink is not called. */
  collet_status (*push)(const collet_host* host, collet_handle stream, collet_str piece, int32_t last,
                        collet_sink masked);
  /* Closes a stream; unknown ones are ignored. Thread: any. State: from open until destroy. Errors: none. */
  void (*close)(const collet_host* host, collet_handle stream);
} collet_masking;

#ifdef __cplusplus
}
#endif
#endif
