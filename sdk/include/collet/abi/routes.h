/* From the plugin: HTTP routes. */
#ifndef COLLET_ABI_ROUTES_H
#define COLLET_ABI_ROUTES_H

#include "collet/abi/streams.h"
#include "collet/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_FEATURE_ROUTES "collet.draft.routes/1"

/* How a route gets the bodies of its requests. */
enum {
  COLLET_BODY_WHOLE = 0,   /* in collet_request::body, up to the server's limit for bodies */
  COLLET_BODY_STREAMED = 1 /* in pieces, through collet_request::stream, of any length; the server's limit for uploads */
};

/* Who may call a route. Where the server has no session key, its own rules for that decide, whatever is said here. */
enum {
  COLLET_ACCESS_SESSION = 0,   /* who shows a session key */
  COLLET_ACCESS_PUBLIC = 1,    /* everybody */
  COLLET_ACCESS_WORKSPACE = 2, /* as SESSION; GET and HEAD also with the workspace cookie, but for foreign web pages */
  COLLET_ACCESS_BEARER = 3     /* as SESSION; the key may also come as "Authorization: Bearer KEY" */
};

typedef struct collet_route {
  uint32_t struct_size;
  collet_str method;  /* "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE" */
  collet_str pattern; /* "/api/weather/{city}"; the last segment may be "{rest...}" */
  /* What /openapi.json shows of it: an OpenAPI 3.1 operation object, JSON text, or a part of one (summary, description,
   * tags, operationId, deprecated, parameters, requestBody, responses), without "$ref". Empty: only that it is there.
   * Path parameters, security and a first answer are added where they are missing. Checked at load. */
  collet_str operation;
  /* Empty: the route is the only one of its method and path. Else it is an alternative to the one that is there, or may be, from
   * somebody else, for requests with certain members in their body: JSON text {"has": […], "any": […], "lacks": […]}, or
   * {"nothing": true} for an empty body. The body must be a JSON object that has all of "has", one of "any" (null counts there) where that is given, and none of
   * "lacks"; a null counts as lacking. All other requests go to the other route; where there is none, the alternative
   * is not served either. Its `operation` may say its parameters, requestBody and responses, which are shown as further
   * forms of those of the other route; without a requestBody it has that of the other route; empty: a body as "has" and
   * "any" want it. */
  collet_str when;
  uint32_t body;   /* COLLET_BODY_…; an alternative has whole bodies, and so has the route that it stands beside */
  uint32_t access; /* COLLET_ACCESS_… */
} collet_route;

/* Names and values are decoded; header names are in lower case; repeated names stay repeated, in order. */
typedef struct collet_request {
  uint32_t struct_size;
  collet_str method;
  collet_str path; /* without the query, decoded */
  collet_str body; /* empty where the route's bodies are streamed */
  collet_pairs query;
  collet_pairs headers;
  collet_pairs params; /* what the pattern's {names} matched */
  collet_body stream;  /* of a route with COLLET_BODY_STREAMED; else its handle is 0 */
} collet_request;

typedef struct collet_response {
  uint32_t struct_size;
  int32_t status; /* 200…599; anything else is answered as 500 */
  collet_str content_type;
  collet_str body;
  collet_pairs headers; /* without content-type, content-length and connection, which the host writes */
  uint32_t content;     /* COLLET_CONTENT_…: what is sent behind the head */
  collet_file file;     /* with COLLET_CONTENT_FILE */
  collet_source source; /* with COLLET_CONTENT_SOURCE */
} collet_response;

/* The right to answer one request. The answer to a HEAD request is given as the one to GET would be: the host sends
 * its fields, content-length too, and leaves the content where it is. */
typedef struct collet_reply {
  void* context; /* the host's own; lives until destroy */
  collet_handle handle;
  /* Answers, and releases the handle; only the first call for a handle has an effect. A null response is a failure of
   * the plugin: the client gets 500. It releases the request's stream too: of a body that was not read to its end the
   * host reads over what is short, or closes the connection once the answer is sent.
   * Owner: the response's file and source are the host's from then on, whether or not the call has an effect.
   * Thread: any, also within `handle`. State: from `handle` until stop has returned
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
