/* From the host: the plugin's config and its place on disk. */
#ifndef COLLET_ABI_CONFIG_H
#define COLLET_ABI_CONFIG_H

#include "collet/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_FEATURE_CONFIG "collet.draft.config/1"

typedef struct collet_config {
  uint32_t struct_size;
  /* The plugin's section as create got it: a JSON object. Thread: any. State: created. Owner: the text is
   * the host's. Errors: none. */
  collet_status (*section)(const collet_host* host, collet_sink text);
  /* A folder for the plugin's own files, absolute, made at the first call (mode 0700), kept over restarts.
   * Thread: any. State: created. Owner: the text is the host's, the folder the plugin's.
   * Errors: COLLET_UNAVAILABLE: it cannot be made. */
  collet_status (*state_dir)(const collet_host* host, collet_sink path);
} collet_config;

#ifdef __cplusplus
}
#endif
#endif
