/* WebSockets. From the plugin: endpoints and what happens on their sessions. From the host: what a plugin may do with a
 * session. Who may open one is the host's to decide, as for its own sockets: the plugin sees a session once its client
 * has shown its key. */
#ifndef COLLET_ABI_SOCKETS_H
#define COLLET_ABI_SOCKETS_H

#include "collet/abi/routes.h"
#include "collet/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_FEATURE_SOCKETS "collet.draft.sockets/1"
#define COLLET_FEATURE_SESSIONS "collet.draft.sessions/1"

typedef struct collet_endpoint {
  uint32_t struct_size;
  collet_str pattern; /* "/sockets/weather/{city}", as a route's */
  /* JSON schema (type object) of the query's parameters, each of them a text; others than those named in it are let
   * through. A request that does not pass is refused with 403 before it is upgraded. Empty: any query will do. */
  collet_str query;
  int32_t binary; /* not 0: binary messages are taken too; else one closes its session with 1003 */
} collet_endpoint;

/* From the plugin. The host makes one call at a time per session, in this order: open, then message and drained, then
 * closed; calls for several sessions come at once. All of them run on the plugin's own bounded queue and may block; the
 * client has to wait meanwhile. None has errors: a plugin that is not content closes the session. */
typedef struct collet_sockets {
  uint32_t struct_size;
  /* Calls `add` once per endpoint; the first is endpoint 0. Always the same list.
   * Thread: the host's, one such call at a time. State: created, not started. Owner: the texts are good for the call of `add`.
   * Errors: an endpoint that is malformed or there already refuses the plugin. */
  void (*list)(collet_plugin* plugin, void* context, void (*add)(void* context, const collet_endpoint* endpoint));
  /* A client has connected. `request`: that of the upgrade, without a body.
   * Thread: the plugin's queue. State: started. Owner: the plugin may use `session` until `closed` returns. */
  void (*open)(collet_plugin* plugin, uint32_t endpoint, collet_handle session, const collet_request* request);
  /* A message, whole. `binary`: 0: UTF-8 text. Thread: the plugin's queue. State: started, session open. */
  void (*message)(collet_plugin* plugin, uint32_t endpoint, collet_handle session, int32_t binary, collet_str data);
  /* A send was refused because the session was full; now half of its budget is free again, or more.
   * Thread: the plugin's queue. State: started, session open. */
  void (*drained)(collet_plugin* plugin, uint32_t endpoint, collet_handle session);
  /* The session has ended; once per `open`. `code`: the client's close code, 1005 where it gave none, 1006 where the
   * connection broke. Thread: the plugin's queue. State: started; sessions that are open when the plugin is stopped are
   * closed (1001) and told before its stop. Owner: the host releases the handle afterwards. */
  void (*closed)(collet_plugin* plugin, uint32_t endpoint, collet_handle session, int32_t code);
} collet_sockets;

/* From the host. No function blocks. Thread: any, also within the calls above. State: from the session's open until its
 * closed has returned; later, and for a handle that never was, COLLET_NOT_FOUND. */
typedef struct collet_sessions {
  uint32_t struct_size;
  /* Queues one message; the data is copied. `binary`: 0: UTF-8 text.
   * Errors: COLLET_UNAVAILABLE: the session's client is slow and its byte budget used up: the message was not queued, and
   * `drained` will say when to go on; COLLET_NOT_FOUND: the session is closed or closing; COLLET_INVALID: a text
   * that is no UTF-8. */
  collet_status (*send)(const collet_host* host, collet_handle session, int32_t binary, collet_str data);
  /* The same for `count` sessions, with one copy of the data for all of them. `results`: null, or room for `count`
   * answers, each as send's. */
  void (*broadcast)(const collet_host* host, const collet_handle* sessions, size_t count, int32_t binary,
                    collet_str data, collet_status* results);
  /* Sends what is queued, then a close frame with `code` (1000…1003, 1007…1014, 3000…4999) and `reason` (at most 123
   * bytes are sent). `closed` follows. Errors: COLLET_INVALID: another code; COLLET_NOT_FOUND. */
  collet_status (*close)(const collet_host* host, collet_handle session, int32_t code, collet_str reason);
  /* Bytes that are queued and not yet with the client, and how many there may be. Either may be null.
   * A single message may be larger than the budget: it is taken when nothing else is queued.
   * Errors: COLLET_NOT_FOUND. */
  collet_status (*budget)(const collet_host* host, collet_handle session, uint64_t* queued, uint64_t* limit);
} collet_sessions;

#ifdef __cplusplus
}
#endif
#endif
