/* Bodies in pieces: a request's, which the plugin asks for; an answer's, which the host asks for. Nobody waits on a thread
 * for a slow client: a piece is asked for in one call and handed over in another. */
#ifndef COLLET_ABI_STREAMS_H
#define COLLET_ABI_STREAMS_H

#include "collet/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A piece of a request's body is never longer. One of an answer's had better not be. */
#define COLLET_PIECE_BYTES 262144

/* What is handed over when a piece was asked for. */
enum {
  COLLET_PIECE_DATA = 0,  /* the next bytes; more may follow */
  COLLET_PIECE_END = 1,   /* the end, in good order */
  COLLET_PIECE_BROKEN = 2 /* broken off; the data is why, one line for people */
};

/* Takes a piece of a request's body. Thread: the plugin's own bounded queue; may block as long as it has work to do with
 * the piece; the client has to wait meanwhile. State: started. Owner: `data` is good until it returns. Errors: none. */
typedef void (*collet_on_piece)(void* receiver, int32_t kind, collet_str data);

/* The body of one request, as it comes. */
typedef struct collet_body {
  void* context;        /* the host's own; lives until destroy */
  collet_handle handle; /* 0: there is none */
  /* Asks for the next piece: `on_piece` is then called once, with `receiver`, on the queue, perhaps before this returns. DATA is never empty. After END and BROKEN
   * the handle is released. BROKEN: the client has left, sent nothing for too long, or something malformed or
   * longer than the server allows (it has been answered then); the request was answered; the handle was released; or
   * the plugin is being stopped.
   * Thread: any, also within on_piece. State: from the route's `handle` until stop returns. Owner: `receiver` is the
   * plugin's. Errors: COLLET_CONFLICT: a piece is asked for already; COLLET_NOT_FOUND: the body has ended or the handle is
   * released. `on_piece` is not called then. */
  collet_status (*next)(void* context, collet_handle handle, void* receiver, collet_on_piece on_piece);
  /* The plugin wants no more of it, and answers later: as if it had been answered. Thread: any.
   * State: from the route's `handle` until stop returns. Errors: none: a handle that is released does nothing. */
  void (*release)(void* context, collet_handle handle);
} collet_body;

/* What is sent behind the head of an answer. */
enum {
  COLLET_CONTENT_BODY = 0,  /* collet_response::body */
  COLLET_CONTENT_FILE = 1,  /* a part of a file */
  COLLET_CONTENT_SOURCE = 2 /* what a source yields */
};

/* `length` bytes from `offset` of a regular file, sent without a copy in memory. Owner: the descriptor is the host's, which
 * closes it. When the file has become shorter meanwhile the connection is cut. */
typedef struct collet_file {
  int32_t descriptor; /* open for reading */
  uint64_t offset;
  uint64_t length;
} collet_file;

/* The right, and duty, to hand over one piece of an answer. */
typedef struct collet_piece {
  void* context; /* the host's own; lives until destroy */
  collet_handle handle;
  /* Hands over the next piece, and releases the handle; only the first call for a handle has an effect. `kind`: DATA, END (which
   * may have the last bytes with it), or BROKEN, which cuts the connection, so that the client sees that something is
   * missing; the reason is logged.
   * Thread: any, also within `read`. State: from `read` until stop has returned. Errors: none. */
  void (*give)(void* context, collet_handle handle, int32_t kind, collet_str data);
} collet_piece;

/* Where the body of an answer comes from. */
typedef struct collet_source {
  void* context; /* the plugin's own; lives until `release` */
  /* The client has room: the plugin owes one piece->give, now or when there is something. Empty DATA is fine: the
   * host asks again. May block as long as it makes the piece, but not to wait for something to happen.
   * Thread: the plugin's own bounded queue; never before the last piece was given. State: started. Errors: by give. */
  void (*read)(void* context, collet_piece piece);
  /* The host needs it no more: all is sent, it was broken off, the client has left, nothing of it was to be sent (HEAD), the
   * answer came too late or was malformed, or the plugin is being stopped. Once. A piece that is still owed need not be given then.
   * Thread: the plugin's queue; another where that is full, or the plugin is being stopped; never within or beside
   * `read`. State: until stop has returned. Errors: none. */
  void (*release)(void* context);
  /* How many bytes it will yield: the answer's content-length, and more or less of them is BROKEN. -1: not known; sent chunked. */
  int64_t length;
} collet_source;

#ifdef __cplusplus
}
#endif
#endif
