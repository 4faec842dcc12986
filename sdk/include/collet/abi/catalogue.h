/* From the host: what is loaded. */
#ifndef COLLET_ABI_CATALOGUE_H
#define COLLET_ABI_CATALOGUE_H

#include "collet/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_FEATURE_CATALOGUE "collet.draft.catalogue/1"

typedef struct collet_catalogue {
  uint32_t struct_size;
  /* All tools in the order of registration, the core's own included: JSON array of objects {name, plugin, version,
   * state, listed, title, description, parameters, action_kind, observation_kind, tool_kind, annotations}; `plugin` is the
   * short name of who brings it ("core" for the core's own), `version` that one's version and `state` its state
   * ("created", "starting", "started", "failed", "stopped"): calls fail unless it is "started".
   * Thread: any. State: started. Owner: the text is the host's. Errors: none. */
  collet_status (*tools)(const collet_host* host, collet_sink json);
  /* What the server knows of language models, JSON object: "compiled" (the date), "providers" (names), "verified" and
   * "subscriptions" (lists of models by provider), "models" (by name an array, whose items "columns" names: tokens, US
   * dollars per million tokens; null: not known). Thread: any. State: any. Owner: the text is the host's. Errors: none. */
  collet_status (*models)(const collet_host* host, collet_sink json);
} collet_catalogue;

#ifdef __cplusplus
}
#endif
#endif
