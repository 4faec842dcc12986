/* From the host: its log. */
#ifndef COLLET_ABI_LOG_H
#define COLLET_ABI_LOG_H

#include "collet/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_FEATURE_LOG "collet.draft.log/1"

enum { COLLET_LOG_DEBUG = 0, COLLET_LOG_INFO = 1, COLLET_LOG_WARNING = 2, COLLET_LOG_ERROR = 3 };

typedef struct collet_log {
  uint32_t struct_size;
  /* Writes one line with the plugin's name. Line breaks in it are written as spaces. Never pass a secret.
   * Thread: any. State: created. Owner: the text is copied. Errors: none. */
  void (*write)(const collet_host* host, int32_t level, collet_str text);
} collet_log;

#ifdef __cplusplus
}
#endif
#endif
