/* From the plugin: providers of language models. */
#ifndef COLLET_ABI_LLM_H
#define COLLET_ABI_LLM_H

#include "collet/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_FEATURE_LLM "collet.draft.llm/1"

typedef struct collet_llm_info {
  uint32_t struct_size;
  collet_str name;   /* "demo": serves the models "demo/…"; unique in the server */
  collet_str models; /* JSON array of names without the prefix: ["tour"] */
} collet_llm_info;

/* The right, and the duty, to finish one call. */
typedef struct collet_llm_reply {
  void* context; /* the host's own; lives until destroy */
  collet_handle handle;
  /* A piece of the answer while it is made; either text may be empty. Thread: any, one at a time.
   * State: before `finish`. Errors: none. */
  void (*delta)(void* context, collet_handle handle, collet_str text, collet_str reasoning);
  /* Ends the call and releases the handle; only the first has an effect. `status` is an HTTP status: 200: `text` is the
   * answer in OpenAI's chat completion form; otherwise one line for people, and the status decides what the agent
   * makes of it (401, 403: authentication; 400: bad request; 429: rate limit; 5xx: may be tried again).
   * Thread: any, also within `start`. State: from `start` until stop has returned. Errors: none. */
  void (*finish)(void* context, collet_handle handle, int32_t status, collet_str text);
} collet_llm_reply;

typedef struct collet_llm {
  uint32_t struct_size;
  /* Calls `add` once per provider; the first is provider 0. Always the same list.
   * Thread: the host's, one such call at a time. State: created, not started. Owner: the texts are good for the call of `add`.
   * Errors: none; a provider that is malformed or there already refuses the plugin. */
  void (*list)(collet_plugin* plugin, void* context, void (*add)(void* context, const collet_llm_info* info));
  /* Starts a call. `request`: JSON in OpenAI's chat completion form: model (without the prefix), messages, tools, ….
   * May block: it runs on the plugin's own bounded queue of model calls.
   * Thread: several at once. State: started. Owner: the plugin owes one reply.finish per call.
   * Errors: by the reply. */
  void (*start)(collet_plugin* plugin, uint32_t provider, collet_str request, collet_llm_reply reply);
  /* Asks for the end of the call with this handle (of its reply), which still owes its finish. Must not block. May come
   * after the finish. Thread: any, also during `start`. State: started. Errors: none. */
  void (*cancel)(collet_plugin* plugin, uint32_t provider, collet_handle handle);
} collet_llm;

#ifdef __cplusplus
}
#endif
#endif
