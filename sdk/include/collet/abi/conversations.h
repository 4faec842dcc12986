/* From the host: the server's conversations. */
#ifndef COLLET_ABI_CONVERSATIONS_H
#define COLLET_ABI_CONVERSATIONS_H

#include "collet/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_FEATURE_CONVERSATIONS "collet.draft.conversations/1"

/* Conversations are named by their id, a UUID. All functions may block on the database, none waits for a model or a
 * tool. Thread: any, but not one that the host must not wait for: the `exited` of a process. State: started.
 * Owner: texts given to a sink are the host's. A sink named `error` gets one line for people.
 * Errors of all: COLLET_NOT_FOUND: no such conversation; COLLET_UNAVAILABLE: the database fails, the conversation is
 * being deleted, or the server is not ready or stopping. */
typedef struct collet_conversations {
  uint32_t struct_size;
  /* One conversation as the HTTP interface shows it, JSON, secrets hidden. */
  collet_status (*get)(const collet_host* host, collet_str id, collet_sink json_or_error);
  /* `each` gets one call per conversation: its id, with dashes. */
  collet_status (*list)(const collet_host* host, collet_sink each, collet_sink error);
  /* Sends a message as its user: JSON {role, content, run}; returns when it is stored. With `run` the agent answers.
   * Errors: also COLLET_INVALID: what is wrong with the message, in the form of the HTTP interface. */
  collet_status (*send_message)(const collet_host* host, collet_str id, collet_str message, collet_sink error);
  /* Starts the agent; returns when the run is on its way. Nothing happens to a conversation that is finished.
   * Errors: also COLLET_CONFLICT: it runs already. */
  collet_status (*run)(const collet_host* host, collet_str id, collet_sink error);
  /* Pauses: the status is "paused" when this returns, and a step that is under way ends and is recorded. Nothing
   * happens to one that neither runs nor is idle. */
  collet_status (*pause)(const collet_host* host, collet_str id, collet_sink error);
} collet_conversations;

#ifdef __cplusplus
}
#endif
#endif
