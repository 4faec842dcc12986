/* From the host: the server's settings. A plugin's own values belong into its store. */
#ifndef COLLET_ABI_SETTINGS_H
#define COLLET_ABI_SETTINGS_H

#include "collet/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_FEATURE_SETTINGS "collet.draft.settings/1"

typedef struct collet_settings {
  uint32_t struct_size;
  /* The settings document as GET /api/settings shows it: a JSON object, secrets as stars. Does not block.
   * Thread: any. State: created, but not within create. Owner: the text is the host's.
   * Errors: COLLET_UNAVAILABLE: the server is not ready. */
  collet_status (*document)(const collet_host* host, collet_sink json_or_error);
} collet_settings;

#ifdef __cplusplus
}
#endif
#endif
