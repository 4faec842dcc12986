/* The one symbol that a plugin exports: constant data, read by the host before it calls anything. */
#ifndef COLLET_ABI_ENTRY_H
#define COLLET_ABI_ENTRY_H

#include "collet/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* "COLLETPL" read as a little-endian number. */
#define COLLET_ENTRY_MAGIC UINT64_C(0x4c5054454c4c4f43)

/* Major: the layout of the structs in entry.h, host.h and types.h; the host refuses any other.
 * Minor: grows when something is added behind the old members. Features carry their own revisions. */
#define COLLET_ABI_MAJOR 1
#define COLLET_ABI_MINOR 0

/* The symbol's name. */
#define COLLET_ENTRY_SYMBOL "collet_plugin_entry"

/* Texts are terminated and constant; they and the functions live as long as the library is loaded, which is until the
 * server's process ends. */
typedef struct collet_entry {
  uint64_t magic;       /* COLLET_ENTRY_MAGIC */
  uint32_t struct_size; /* sizeof(collet_entry) */
  uint16_t abi_major;   /* COLLET_ABI_MAJOR */
  uint16_t abi_minor;   /* COLLET_ABI_MINOR */
  const char* id;       /* reversed domain, unique: "org.example.weather" */
  const char* version;  /* of the plugin, "1.0.0" */
  const char* description;
  const char* build_tag; /* compiler and SDK, for people */
  /* JSON schema (type object) of the plugin's section in the server's config; "" or null: it has no keys of its own.
   * The host checks, to any depth: type, enum, properties, required, additionalProperties (default here: false), items,
   * minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength, minItems, maxItems; others are for people.
   * What is missing and has a `default` is filled in. At the top the host has keys of its own, which the schema must not
   * name: enabled, manage, optional, secrets, sha256, tool_seconds. */
  const char* config_schema;

  /* Makes the plugin's instance. `config`: its section, a JSON object, checked against config_schema. Registers
   * nothing and starts no thread; what it offers is asked for with `feature` afterwards.
   * Thread: the host's, one such call at a time. State: called once, before anything else.
   * Owner: `host` lives until destroy has returned; the plugin owns *plugin until destroy.
   * Errors: any status but COLLET_OK; `error` gets one line for people; *plugin is then ignored. A create that takes
   * longer than 30 s is refused, and its thread is left behind. */
  collet_status (*create)(const collet_host* host, collet_str config, collet_sink error, collet_plugin** plugin);
  /* Frees the instance. Thread: the host's, one such call at a time. State: created, not started, no call under way. Errors: none. */
  void (*destroy)(collet_plugin* plugin);
  /* The plugin's table for a feature ("collet.draft.routes/1", …), null when it doesn't have it.
   * Thread: the host's, one such call at a time. State: created. Owner: the plugin; the table lives until destroy. Errors: none. */
  const void* (*feature)(collet_plugin* plugin, const char* name);
  /* Begins work: threads, connections. The server answers 503 on the plugin's routes until it has returned, so it may
   * take its time. Thread: one of the host's own, not the main thread. State: created.
   * Errors: any status but COLLET_OK: the plugin stays not started; `error` gets one line for people. */
  collet_status (*start)(collet_plugin* plugin, collet_sink error);
  /* Ends work: after it has returned, the plugin calls the host only from `destroy`. Calls under way have been cancelled
   * and waited for, up to the server's limit. Called only when no call is inside the plugin: where one has not returned
   * by then, neither this nor `destroy` is called, and the process ends as it is. Calls that have returned may still owe
   * their reply or finish. Thread: the host's, one such call at a time. State: started. Errors: none. */
  void (*stop)(collet_plugin* plugin);
} collet_entry;

#ifdef __cplusplus
}
#endif
#endif
