/* From the plugin: HTTP routes. */
#ifndef COLLET_ABI_ROUTES_H
#define COLLET_ABI_ROUTES_H

#include "collet/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_FEATURE_ROUTES "collet.draft.routes/1"

typedef struct collet_route {
  uint32_t struct_size;
  collet_str method;  /* "GET", "POST", "PUT", "PATCH", "DELETE" */
  collet_str pattern; /* "/api/weather/{city}"; the last segment may be "{rest...}" */
  /* What /openapi.json shows of it: an OpenAPI 3.1 operation object, JSON text, or a part of one (summary, description,
   * tags, operationId, deprecated, parameters, requestBody, responses), without "$ref". Empty: only that it is there.
   * Path parameters, security and a first answer are added where they are missing. Checked at load. */
  collet_str operation;
  /* Empty: the route is the only one of its method and path. Else it is an alternative to the one that is there, or may be, from
   * somebody else, for requests with certain members in their body: JSON text {"has": […], "any": […], "lacks": […]}, or
   * {"nothing": true} for an empty body. The body must be a JSON object that has all of "has", one of "any" (null counts there) where that is given, and none of
   * "lacks"; a null counts as lacking. All other requests go to the other route; where there is none, the alternative
   * is not served either. `operation` must be empty. */
  collet_str when;
} collet_route;

/* Names and values are decoded; header names are in lower case; repeated names stay repeated, in order. */
typedef struct collet_request {
  uint32_t struct_size;
  collet_str method;
  collet_str path; /* without the query, decoded */
  collet_str body;
  collet_pairs query;
  collet_pairs headers;
  collet_pairs params; /* what the pattern's {names} matched */
} collet_request;

typedef struct collet_response {
  uint32_t struct_size;
  int32_t status; /* 200…599; anything else is answered as 500 */
  collet_str content_type;
  collet_str body;
  collet_pairs headers; /* without content-type, content-length and connection, which the host writes */
} collet_response;

/* The right to answer one request. */
typedef struct collet_reply {
  void* context; /* the host's own; lives until destroy */
  collet_handle handle;
  /* Answers, and releases the handle; only the first call for a handle has an effect. A null response is a failure of
   * the plugin: the client gets 500. Thread: any, also within `handle`. State: from `handle` until stop has returned
   * (what is then unanswered gets 503). Errors: none. */
  void (*send)(void* context, collet_handle handle, const collet_response* response);
} collet_reply;

typedef struct collet_routes {
  uint32_t struct_size;
  /* Calls `add` once per route; the first is route 0. Always the same list.
   * Thread: the host's, one such call at a time. State: created, not started. Owner: the texts are good for the call of `add`.
   * Errors: none; a route that is malformed or there already refuses the plugin. */
  void (*list)(collet_plugin* plugin, void* context, void (*add)(void* context, const collet_route* route));
  /* Handles one request of route number `route`. May block: it runs on the plugin's own bounded queue.
   * Thread: several at once, not the main thread. State: started. Owner: the plugin owes one reply->send per call.
   * Errors: by the reply. */
  void (*handle)(collet_plugin* plugin, uint32_t route, const collet_request* request, collet_reply reply);
} collet_routes;

#ifdef __cplusplus
}
#endif
#endif
