/* The host's side of the boundary: one table, which leads to the host's features by name. */
#ifndef COLLET_ABI_HOST_H
#define COLLET_ABI_HOST_H

#include "collet/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One per plugin: the host tells plugins apart by it. Owner: the host; it lives until the plugin's destroy has
 * returned. Every function of a host feature takes it as its first argument. */
struct collet_host {
  uint32_t struct_size; /* sizeof(collet_host) */
  uint16_t abi_major;   /* of the host */
  uint16_t abi_minor;
  void* context; /* the host's own */
  /* The host's table for a feature ("collet.draft.log/1", …), null when it doesn't have it.
   * Thread: any. State: from create to destroy. Owner: the host; tables live as long as the process.
   * Errors: none. */
  const void* (*feature)(const collet_host* host, const char* name);
};

#ifdef __cplusplus
}
#endif
#endif
