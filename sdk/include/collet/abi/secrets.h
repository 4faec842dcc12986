/* From the host: the secrets that users keep on the server. A plugin gets those that the server's config names for it,
 * in `plugins.<name>.secrets`: a list of names, ["*"] for all; none by default. */
#ifndef COLLET_ABI_SECRETS_H
#define COLLET_ABI_SECRETS_H

#include "collet/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_FEATURE_SECRETS "collet.draft.secrets/1"

/* Both functions block on the database. Thread: any. State: started. A sink named `error` gets one line for people.
 * Errors of both: COLLET_UNAVAILABLE: the database fails, or the server is not ready. */
typedef struct collet_secrets {
  uint32_t struct_size;
  /* `each` gets one call per stored secret that the plugin may read: its name. */
  collet_status (*names)(const collet_host* host, collet_sink each, collet_sink error);
  /* The value, in clear. The read is in the server's audit log before the value is given; where that fails, it is not
   * given. Owner: the plugin: never log or store it, and forget it soon.
   * Errors: also COLLET_DENIED: the config does not name it for this plugin (said whether or not it exists);
   * COLLET_NOT_FOUND: no such secret. */
  collet_status (*value)(const collet_host* host, collet_str name, collet_sink value_or_error);
} collet_secrets;

#ifdef __cplusplus
}
#endif
#endif
