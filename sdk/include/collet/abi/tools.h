/* From the plugin: tools for agents. */
#ifndef COLLET_ABI_TOOLS_H
#define COLLET_ABI_TOOLS_H

#include "collet/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_FEATURE_TOOLS "collet.draft.tools/1"

typedef struct collet_tool_info {
  uint32_t struct_size;
  collet_str name;             /* as the model calls it, unique in the server */
  collet_str description;      /* for the model */
  /* JSON schema (type object) of the arguments. The host checks, to any depth: type (2.0 is an integer), enum,
   * properties, required, items, anyOf, minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength,
   * minItems, maxItems, and fills in each `default`; a call that does not pass is an error for the model that names
   * the argument. Other keywords, `pattern` and `format` among them, are for the model only. Arguments that are not in
   * `properties` are handed on as they are, unless additionalProperties is false or a schema: the opposite of a
   * plugin's config. One that is null counts as not given. */
  collet_str parameters;
  collet_str action_kind;      /* "TerminalAction"; empty: shown in the MCP form */
  collet_str observation_kind; /* "TerminalObservation" */
  collet_str tool_kind;        /* "TerminalTool" */
  collet_str annotations;      /* JSON object; empty: {} */
  collet_str title;            /* may be empty */
  int32_t listed;              /* not 0: shown in the list of tools */
  int32_t takes_environment;   /* not 0: calls get the secrets that their action names; for tools that run commands */
} collet_tool_info;

typedef struct collet_tool_call {
  uint32_t struct_size;
  collet_str conversation; /* id, UUID with dashes */
  collet_str call_id;      /* the id of its ActionEvent: no other call has it */
  collet_str action;      /* JSON object, checked against `parameters`, defaults filled in */
  collet_str working_dir; /* absolute */
  collet_str save_dir;    /* absolute; where long outputs of this conversation may be kept */
  /* Variables for the command of this call alone: secrets. Never to be kept, shown or stored (masking.h hides them
   * in output). Empty unless the tool takes_environment. */
  collet_pairs environment;
} collet_tool_call;

/* The right, and the duty, to finish one call. */
typedef struct collet_tool_reply {
  void* context; /* the host's own; lives until destroy */
  collet_handle handle;
  /* Something to show meanwhile: operators see the last text (its first 4 KiB). Thread: any. State: before `finish`.
   * Errors: none. */
  void (*progress)(void* context, collet_handle handle, collet_str text);
  /* Ends the call and releases the handle; only the first has an effect. COLLET_OK: `text` is the observation, a JSON
   * object; otherwise one line that tells the model what went wrong.
   * Thread: any, also within `start`. State: from `start` until stop has returned. Errors: none. */
  void (*finish)(void* context, collet_handle handle, collet_status status, collet_str text);
} collet_tool_reply;

typedef struct collet_tools {
  uint32_t struct_size;
  /* Calls `add` once per tool; the first is tool 0. Always the same list.
   * Thread: the host's, one such call at a time. State: created, not started. Owner: the texts are good for the call of `add`.
   * Errors: none; a tool that is malformed or there already refuses the plugin. */
  void (*list)(collet_plugin* plugin, void* context, void (*add)(void* context, const collet_tool_info* info));
  /* Starts a call of tool number `tool`. May block: it runs on the plugin's own bounded queue; better it returns soon
   * and finishes later. Thread: several at once. State: started. Owner: the plugin owes one reply.finish per call.
   * Errors: by the reply. */
  void (*start)(collet_plugin* plugin, uint32_t tool, const collet_tool_call* call, collet_tool_reply reply);
  /* Asks for the end of a call, which still owes its finish (with whatever it has). Must not block. May come after
   * the finish, or twice. Thread: any, also during `start`. State: started. Errors: none. */
  void (*cancel)(collet_plugin* plugin, uint32_t tool, collet_str conversation, collet_str call_id);
  /* The conversation is gone: free what is kept for it. Thread: the plugin's queue. State: started. Errors: none. */
  void (*conversation_closed)(collet_plugin* plugin, uint32_t tool, collet_str conversation);
} collet_tools;

#ifdef __cplusplus
}
#endif
#endif
