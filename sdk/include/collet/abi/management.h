/* From the host: changes of the server's own state, and its secrets in clear. For plugins that manage the server: our own
 * ones, and those that the server's config lets, with `plugins.<name>.manage`: true. */
#ifndef COLLET_ABI_MANAGEMENT_H
#define COLLET_ABI_MANAGEMENT_H

#include "collet/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_FEATURE_MANAGEMENT "collet.draft.management/1"

/* How a JSON text shows its secrets: what stands under the names that the server knows (api_key, env, headers, …). */
typedef int32_t collet_secrets_as;
enum {
  COLLET_AS_STARS = 0,     /* "**********" */
  COLLET_AS_ENCRYPTED = 1, /* tokens that this server, and others with its key, can decrypt */
  COLLET_AS_PLAIN = 2      /* tokens of this server in the text are decrypted, the rest stays */
};

/* All functions may block on the database. Thread: any, but not one that the host must not wait for: the `exited` of a
 * process. State: started. Owner: texts given to a sink are the host's; secrets in them are the plugin's to hide: never
 * log them, and store them in the shared store (shared_store.h) only. A sink named `error` gets one line for people.
 * Errors of all: COLLET_DENIED: the server's config does not let the plugin; COLLET_UNAVAILABLE: the database fails, or
 * the server is not ready or stopping. */
typedef struct collet_management {
  uint32_t struct_size;

  /* The settings document with its secrets in clear. The read is in the audit log before it is given. */
  collet_status (*settings)(const collet_host* host, collet_sink json_or_error);
  /* Changes the settings, all or nothing. `change`: the body of PATCH /api/settings, and besides
   *   "llm": replaces agent_settings.llm as a whole;
   *   "expect": {"active_profile": …, "active_agent_profile_id": …}: only if they are so (null: none).
   * "active_profile" and "active_agent_profile_id" are taken as they are: the plugin knows its profiles.
   * Errors: also COLLET_INVALID: what is wrong with it; COLLET_CONFLICT: not as expected. */
  collet_status (*change_settings)(const collet_host* host, collet_str change, collet_sink error);

  /* Users' secrets: JSON array of {"name", "description"}, the description a text or null. */
  collet_status (*list_secrets)(const collet_host* host, collet_sink json_or_error);
  /* Sets a secret. `description` null: none. `only_new` not 0: COLLET_CONFLICT where there is one of this name.
   * Errors: also COLLET_INVALID: the name is none. */
  collet_status (*put_secret)(const collet_host* host, collet_str name, collet_str value,
                              const collet_str* description, int32_t only_new, collet_sink error);
  /* Gives a secret another name and description; its value stays. `to` may be its own. Errors: also COLLET_NOT_FOUND: no
   * such secret; COLLET_CONFLICT: another one has the name; COLLET_INVALID: `to` is no name. */
  collet_status (*rename_secret)(const collet_host* host, collet_str from, collet_str to,
                                 const collet_str* description, collet_sink error);
  /* Errors: also COLLET_NOT_FOUND: no such secret. */
  collet_status (*erase_secret)(const collet_host* host, collet_str name, collet_sink error);

  /* Shows a JSON text with its secrets another way. Pure; does not block. Errors: also COLLET_INVALID: no JSON object. */
  collet_status (*show_secrets)(const collet_host* host, collet_str json, collet_secrets_as how,
                                collet_sink json_or_error);
  /* Notes in the audit log that a client is about to be shown secrets of the plugin's. `session_key`: as the client's
   * request has it (x-session-api-key), empty: none. `what`: names, never values. When it fails, don't show them. */
  collet_status (*record_read)(const collet_host* host, collet_str session_key, collet_str what, collet_str how,
                               collet_sink error);

  /* Starts a conversation as POST /api/conversations does. `body`: that of the request; its agent_profile_id is not taken,
   * but "launched_agent_profile" ({agent_profile_id, revision}) is, for the record, and "older_form": true, which adds `status` and
   * `runtime_status` to the conversation's document. `through`: the Host of the client's request.
   * *http_status and the sink: the answer, also where the request is refused; COLLET_OK then means that there is one. */
  collet_status (*start_conversation)(const collet_host* host, collet_str body, collet_str through,
                                      int32_t* http_status, collet_sink answer_or_error);
  /* Sends one short message to a model and waits for the answer, at most `timeout_ms`. `llm`: an object as in
   * agent_settings. COLLET_OK: the sink gets {"ok": true}, or {"ok": false, "code": "LLM…Error", "detail": …}. */
  collet_status (*try_llm)(const collet_host* host, collet_str llm, int32_t timeout_ms,
                           collet_sink json_or_error);
  /* What another plugin keeps under a key of the shared store (shared_store.h); the read is in the audit log before it is
   * given. Errors: also COLLET_NOT_FOUND: no such key. */
  collet_status (*shared_document)(const collet_host* host, collet_str plugin, collet_str key,
                                   collet_sink value_or_error);
} collet_management;

#ifdef __cplusplus
}
#endif
#endif
