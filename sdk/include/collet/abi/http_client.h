/* From the host: HTTP requests to the outside, through the server's one guarded client. The server's config says where
 * it may go (outbound.*); by default to public addresses only. */
#ifndef COLLET_ABI_HTTP_CLIENT_H
#define COLLET_ABI_HTTP_CLIENT_H

#include "collet/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_FEATURE_HTTP_CLIENT "collet.draft.http_client/1"

typedef struct collet_http_request {
  uint32_t struct_size;
  collet_str method; /* "GET", "POST", … */
  collet_str url;    /* absolute, http or https */
  collet_pairs headers;
  collet_str body;             /* may be empty */
  int32_t timeout_ms;          /* for all of it; 0 or less: 30,000; the server has a limit of its own */
  int32_t max_redirects;       /* followed to the same scheme, host and port only; 0: a redirect is an answer */
  uint64_t max_response_bytes; /* after decompression; 0: 1 MiB; the server has a limit of its own */
} collet_http_request;

typedef struct collet_http_response {
  uint32_t struct_size;
  int32_t status;       /* 400 and more are answers too */
  collet_pairs headers; /* names in lower case */
  collet_str body;
} collet_http_response;

/* How a request ended. COLLET_OK: `response` is there. Otherwise it is null, and `error` is one line for people, without
 * path, query, headers or body. COLLET_INVALID: the request can't be sent as it is, or the server's policy refuses where
 * it leads; COLLET_UNAVAILABLE: no whole answer came, it was cancelled, or the plugin is being stopped. */
typedef void (*collet_on_http_response)(void* context, collet_status status, const collet_http_response* response,
                                        collet_str error);

typedef struct collet_http_client {
  uint32_t struct_size;
  /* Starts a request; everything in it is copied. `done` is called exactly once, perhaps before this returns, and owns
   * `context` from then on; the handle is released. It must not block. Does not block.
   * Thread: any; `done` on one of the host's own. State: started. Owner: the plugin holds *request until `done`.
   * Errors: COLLET_UNAVAILABLE: too many are under way, or the server is not ready or stopping; `done` is then not
   * called, and `error` gets one line for people. */
  collet_status (*start)(const collet_host* host, const collet_http_request* request, void* context,
                         collet_on_http_response done, collet_handle* handle, collet_sink error);
  /* Ends a request; `done` follows. Does not block. Thread: any. State: started. Errors: none: an unknown handle does
   * nothing. */
  void (*cancel)(const collet_host* host, collet_handle handle);
} collet_http_client;

#ifdef __cplusplus
}
#endif
#endif
