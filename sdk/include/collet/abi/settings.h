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
  /* A part of the settings as it would be stored: with defaults for what is missing, in the usual order. `part`: "llm",
   * "condenser", "verification", "agent_settings" or "conversation_settings". `json`: an object; secrets stay as they are.
   * Pure; does not block. Thread: any. State: created. Owner: the text is the host's.
   * Errors: COLLET_INVALID: the sink gets what is wrong, a JSON array of {"type", "loc", "msg", "input"}, secrets hidden;
   * COLLET_NOT_FOUND: no such part. Not there in the first hosts: look at struct_size. */
  collet_status (*complete)(const collet_host* host, collet_str part, collet_str json,
                            collet_sink json_or_errors);
} collet_settings;

#ifdef __cplusplus
}
#endif
#endif
