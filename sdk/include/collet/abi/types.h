/* What every table of the boundary is made of.
 *
 * Rules that hold for every function of collet/abi:
 *  - Texts are UTF-8, given as pointer and length, not terminated. Bytes look the same.
 *  - A pointer is good until the call returns, in both directions: who wants to keep the data copies it.
 *    (Exceptions: tables of functions, the entry symbol and `context` pointers; they say how long they live.)
 *  - What has to outlive a call is an integer handle, never 0, with a named function that releases it.
 *  - No exception, longjmp or signal leaves a function of either side.
 *  - The host never calls a plugin while it holds a lock of its own, so a plugin may call back from anywhere.
 *  - Every struct that may grow starts with `struct_size`, set by who fills it in. A reader must not look behind it.
 *
 * "Thread", "State", "Owner" and "Errors" are said for each function. States of a plugin:
 * created (from create to destroy) and started (from the call of start to the return of stop, within created; no
 * longer when start has failed). */
#ifndef COLLET_ABI_TYPES_H
#define COLLET_ABI_TYPES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* UTF-8 text or bytes; `data` may be null where `size` is 0. */
typedef struct collet_str {
  const char* data;
  size_t size;
} collet_str;

/* Takes texts from a call. `write` is called before the call that got the sink returns, on the same thread. Whoever
 * passes a sink owns `context`. `write` may be null: the text is not wanted. */
typedef struct collet_sink {
  void* context;
  void (*write)(void* context, collet_str text);
} collet_sink;

typedef struct collet_pair {
  collet_str name;
  collet_str value;
} collet_pair;

typedef struct collet_pairs {
  const collet_pair* items;
  size_t count;
} collet_pairs;

/* Names something that the host keeps for the plugin. 0: nothing. */
typedef uint64_t collet_handle;

/* How a call went. Where a call has a sink, the sink gets the result with COLLET_OK, else one line for people. */
typedef int32_t collet_status;
enum {
  COLLET_OK = 0,
  COLLET_INVALID = 1,     /* the caller's input is wrong */
  COLLET_NOT_FOUND = 2,   /* no such thing */
  COLLET_CONFLICT = 3,    /* not in this state, or exists already */
  COLLET_UNAVAILABLE = 4, /* not now: overload, stopping, disk or database gone */
  COLLET_INTERNAL = 5,    /* the callee's own failure */
  COLLET_DENIED = 6       /* the server's config does not allow it */
};

/* A plugin's instance: made by create, given back to every function of the plugin, ended by destroy. */
typedef struct collet_plugin collet_plugin;

/* The host as one plugin sees it (host.h). */
typedef struct collet_host collet_host;

#ifdef __cplusplus
}
#endif
#endif
