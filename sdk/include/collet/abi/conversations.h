/* From the host: the server's conversations. */
#ifndef COLLET_ABI_CONVERSATIONS_H
#define COLLET_ABI_CONVERSATIONS_H

#include "collet/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_FEATURE_CONVERSATIONS "collet.draft.conversations/1"

/* All functions may block on the database. Thread: any. State: started. */
typedef struct collet_conversations {
  uint32_t struct_size;
  /* One conversation as the HTTP interface shows it, JSON. COLLET_NOT_FOUND: no such conversation. */
  collet_status (*get)(const collet_host* host, collet_str id, collet_sink json_or_error);
  /* `each` gets one call per conversation: its id. */
  collet_status (*list)(const collet_host* host, collet_sink each, collet_sink error);
  /* Sends a message: JSON {role, content, run}. COLLET_INVALID, COLLET_NOT_FOUND, COLLET_CONFLICT. */
  collet_status (*send_message)(const collet_host* host, collet_str id, collet_str message, collet_sink error);
} collet_conversations;

#ifdef __cplusplus
}
#endif
#endif
