/* From the host: storage of the plugin's own: keys with values, and append logs with declared indexes. */
#ifndef COLLET_ABI_STORE_H
#define COLLET_ABI_STORE_H

#include "collet/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_FEATURE_STORE "collet.draft.store/1"

typedef struct collet_log_query {
  uint32_t struct_size;
  collet_pairs equals;   /* declared index = value, all of them; empty: every record */
  int64_t from_position; /* inclusive, in the direction of reading; 0: from the first (or last) */
  int32_t descending;    /* not 0: newest first */
  int32_t limit;         /* at most that many records; 0 or less: the host's own limit (1000) */
} collet_log_query;

/* All functions but log_close and log_append_later block until the disk has answered.
 * Thread: any. State: from create until stop has returned. Owner: texts given to a sink or to `each` are the host's.
 * Errors of all: COLLET_UNAVAILABLE: the disk or database fails, or the bytes for keys are used up; COLLET_INVALID: a
 * text holds a NUL byte where a key, a name or JSON is asked for, or a log's handle is unknown. A sink named `error` gets
 * one line for people. */
typedef struct collet_store {
  uint32_t struct_size;

  /* Sets a key's value; when the call returns, it survives the end of the server's process. */
  collet_status (*put)(const collet_host* host, collet_str key, collet_str value, collet_sink error);
  /* The value. Errors: also COLLET_NOT_FOUND: no such key. */
  collet_status (*get)(const collet_host* host, collet_str key, collet_sink value_or_error);
  /* Removes a key. Errors: also COLLET_NOT_FOUND: no such key. */
  collet_status (*erase)(const collet_host* host, collet_str key, collet_sink error);
  /* `each` gets one call per key, in byte order. */
  collet_status (*keys)(const collet_host* host, collet_str prefix, collet_sink each, collet_sink error);

  /* Opens the append log `name`, made when it is not there. `indexes`: the names that records may be searched by, at
   * most 8; an older log gets new ones added. Owner: the plugin holds *log until log_close. Errors: also COLLET_INVALID:
   * more than 8, or a name that is none. */
  collet_status (*log_open)(const collet_host* host, collet_str name, const collet_str* indexes, size_t count,
                            collet_handle* log, collet_sink error);
  /* Releases the handle; the records stay. Does not block. Errors: none: an unknown handle does nothing. */
  void (*log_close)(const collet_host* host, collet_handle log);
  /* Appends one record (JSON text); when the call returns, it survives the end of the server's process. A log is bounded
   * in bytes: its oldest records make room. *position: 1, 2, …, never used
   * again. Errors: also COLLET_INVALID: a name in `index_values` was not declared. */
  collet_status (*log_append)(const collet_host* host, collet_handle log, collet_str record, collet_pairs index_values,
                              int64_t* position, collet_sink error);
  /* `each` gets one call per record, before log_read returns. */
  collet_status (*log_read)(const collet_host* host, collet_handle log, const collet_log_query* query, void* context,
                            void (*each)(void* context, int64_t position, collet_str record), collet_sink error);
  /* Erases all records (*erased: how many) or those before `position`. */
  collet_status (*log_erase_all)(const collet_host* host, collet_handle log, int64_t* erased, collet_sink error);
  collet_status (*log_erase_before)(const collet_host* host, collet_handle log, int64_t position, int64_t* erased,
                                    collet_sink error);
  /* As log_append, without waiting. Appends of a log are stored in the order of the calls, of this function and of
   * log_append. `done` is called exactly once: with COLLET_OK and the position, or with a status, 0 and one line for people;
   * before this returns, or on the thread that stores. Thread of `done`: it must not block, nor call other functions of
   * this table but this one. State: from create until stop has returned; the plugin's stop waits until each `done` has
   * returned. */
  void (*log_append_later)(const collet_host* host, collet_handle log, collet_str record, collet_pairs index_values,
                           void* context,
                           void (*done)(void* context, collet_status status, int64_t position, collet_str error));
} collet_store;

#ifdef __cplusplus
}
#endif
#endif
