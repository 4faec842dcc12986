/* From the host: small values by key in the server's own database, for what a team shares: profiles, connections. Where
 * several servers use one database, all see the same. Values are sealed at rest. What is large or of one machine only
 * belongs into store.h. */
#ifndef COLLET_ABI_SHARED_STORE_H
#define COLLET_ABI_SHARED_STORE_H

#include "collet/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_FEATURE_SHARED_STORE "collet.draft.shared_store/1"

/* Which revision a change expects to find; any other number is one that get or put has told. */
#define COLLET_REVISION_ANY ((int64_t)-1)
#define COLLET_REVISION_NONE ((int64_t)0) /* there is no such key yet */

/* All functions block on the database. A plugin has keys of its own; another server's plugin of the same name shares
 * them, so read again rather than keep a copy.
 * Thread: any. State: started (start included). Owner: texts given to a sink are the host's.
 * Errors of all: COLLET_UNAVAILABLE: the database fails, or the server is not ready. A sink named `error` gets one line
 * for people. */
typedef struct collet_shared_store {
  uint32_t struct_size;

  /* The value, and its revision. Errors: also COLLET_NOT_FOUND: no such key; COLLET_INTERNAL, COLLET_INVALID: what is
   * stored is damaged. */
  collet_status (*get)(const collet_host* host, collet_str key, int64_t* revision, collet_sink value_or_error);
  /* Sets a key's value; when the call returns, it is committed. A key is UTF-8 without NUL bytes, 1 to 512 bytes; a
   * value up to 1 MiB of any bytes. *revision: the new one, may be null. Errors: also COLLET_CONFLICT: another revision
   * than `expected` is there, nothing was changed; COLLET_INVALID: a key or value that is none; COLLET_UNAVAILABLE: the
   * plugin has 4096 keys already. */
  collet_status (*put)(const collet_host* host, collet_str key, collet_str value, int64_t expected, int64_t* revision,
                       collet_sink error);
  /* Removes a key. Errors: also COLLET_NOT_FOUND: no such key; COLLET_CONFLICT: as of put. */
  collet_status (*erase)(const collet_host* host, collet_str key, int64_t expected, collet_sink error);
  /* `each` gets one call per key, in byte order. */
  collet_status (*keys)(const collet_host* host, collet_str prefix, collet_sink each, collet_sink error);
} collet_shared_store;

#ifdef __cplusplus
}
#endif
#endif
