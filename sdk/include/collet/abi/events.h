/* From the host: the event logs of conversations. */
#ifndef COLLET_ABI_EVENTS_H
#define COLLET_ABI_EVENTS_H

#include "collet/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_FEATURE_EVENTS "collet.draft.events/1"

/* An event: its `seq` counts 1, 2, 3 … within its conversation, without gaps, and is not in the text; `event` is the
 * JSON object as clients get it from the events socket. */
typedef void (*collet_on_event)(void* context, int64_t seq, collet_str event);

/* What a follow calls, on the plugin's own bounded queue, one call at a time; it may block: the log waits. */
typedef struct collet_follower {
  uint32_t struct_size;
  void* context; /* the plugin's own; until `ended` has returned */
  /* The next event; each once, in order of seq. Thread: the plugin's queue. State: started, before `ended`. */
  collet_on_event event;
  /* Nothing more comes; exactly once, the handle is released. `why`: COLLET_OK: cancelled; COLLET_NOT_FOUND: the
   * conversation was deleted; COLLET_UNAVAILABLE: the log cannot be read, or the plugin is being stopped.
   * Thread: the plugin's queue. State: started, before stop is called. */
  void (*ended)(void* context, collet_status why);
} collet_follower;

/* Conversations are named by their id, a UUID. A sink named `error` gets one line for people.
 * Errors of all that have a status: COLLET_NOT_FOUND: no such conversation; COLLET_UNAVAILABLE: the database fails, or
 * the server is not ready or stopping. */
typedef struct collet_events {
  uint32_t struct_size;
  /* Reads the events behind `after_seq` (0: from the first), oldest first, at most `limit` (0 or less: 100; never more
   * than 1000): one call of `each` per event, before `read` returns. Blocks on the database.
   * Thread: any. State: started. Owner: the text belongs to the host and is good for the call of `each`. */
  collet_status (*read)(const collet_host* host, collet_str conversation, int64_t after_seq, int32_t limit,
                        void* context, collet_on_event each, collet_sink error);
  /* *seq: that of the newest event, 0 where there is none. Blocks on the database. Thread: any. State: started. */
  collet_status (*last_seq)(const collet_host* host, collet_str conversation, int64_t* seq, collet_sink error);
  /* Follows the log from behind `after_seq` on: what is there, then what comes; -1: only what comes. Counts as one of
   * the conversation's subscribers. Blocks on the database. Thread: any. State: started.
   * Owner: the plugin holds *follow until `ended`. `follower` is copied; its calls may begin before this returns, and
   * none is made when it fails. Errors: also COLLET_UNAVAILABLE: too many subscribers. */
  collet_status (*follow)(const collet_host* host, collet_str conversation, int64_t after_seq,
                          const collet_follower* follower, collet_handle* follow, collet_sink error);
  /* Ends a follow. One call of `event` may be under way on another thread; `ended` is the last one. Does not block.
   * Thread: any, also in `event`. State: started. Errors: none: an unknown handle does nothing. */
  void (*cancel)(const collet_host* host, collet_handle follow);
  /* Appends an event of the plugin's own; the sink gets its id. The host adds id, timestamp, parent_id and source.
   * `event`: a JSON object with `kind`, which says what else it may hold, other members are refused, since clients
   * refuse them:
   *   "HookExecutionEvent": hook_event_type (PreToolUse, PostToolUse, UserPromptSubmit, SessionStart, SessionEnd,
   *       Stop), hook_command, success, exit_code; tool_name, blocked, stdout, stderr, reason, additional_context, error,
   *       action_id, message_id, hook_input (an object);
   *   "ACPToolCallEvent": tool_call_id, title; status, tool_kind, raw_input, raw_output, content (an array), is_error:
   *       something that was done outside the agent's own tools;
   *   "ConversationErrorEvent": code, detail.
   * The model sees none of them. Blocks on the database. Thread: any. State: started. Errors: also COLLET_INVALID:
   * another kind, or a member that is missing, unknown or of a wrong type: the sink gets its name. */
  collet_status (*append)(const collet_host* host, collet_str conversation, collet_str event,
                          collet_sink id_or_error);
} collet_events;

#ifdef __cplusplus
}
#endif
#endif
