/* A whole plugin in C11, without the C++ SDK: a tool, a route and a line in the log. What each table wants is
 * said in collet/abi/. */
#include <stdlib.h>
#include <string.h>

#include "collet/abi.h"

struct collet_plugin {
  const collet_host* host;
  const collet_log* log; /* null where the host has none */
};

static collet_str text(const char* words) {
  const collet_str made = {words, strlen(words)};
  return made;
}

/* ---- the route: GET /api/plain-c/{name} answers the name */
static void list_routes(collet_plugin* plugin, void* context,
                        void (*add)(void* context, const collet_route* route)) {
  collet_route route = {.struct_size = sizeof route};
  (void)plugin;
  route.method = text("GET");
  route.pattern = text("/api/plain-c/{name}");
  route.operation = text("{\"summary\": \"Says the name back\"}");
  add(context, &route);
}

static void handle(collet_plugin* plugin, uint32_t route, const collet_request* request, collet_reply reply) {
  collet_response response = {.struct_size = sizeof response, .status = 200};
  (void)plugin;
  (void)route;
  response.content_type = text("text/plain");
  response.body = request->params.items[0].value;
  reply.send(reply.context, reply.handle, &response);
}

static const collet_routes routes = {sizeof routes, list_routes, handle};

/* ---- the tool: says its arguments back */
static void list_tools(collet_plugin* plugin, void* context,
                       void (*add)(void* context, const collet_tool_info* info)) {
  collet_tool_info info = {.struct_size = sizeof info, .listed = 1};
  (void)plugin;
  info.name = text("plain_c_echo");
  info.description = text("Says back what it is given.");
  info.parameters =
      text("{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\"}},\"required\":[\"text\"]}");
  add(context, &info);
}

/* The observation: the arguments' JSON text, quoted once more. NULL: no memory. The caller frees it. */
static char* observe(collet_str action, size_t* size) {
  static const char before[] = "{\"content\":[{\"type\":\"text\",\"text\":\"";
  static const char after[] = "\"}],\"is_error\":false}";
  char* made = malloc(sizeof before + 2 * action.size + sizeof after);
  char* end = made;
  if (made == NULL) return NULL;
  memcpy(end, before, sizeof before - 1);
  end += sizeof before - 1;
  for (size_t i = 0; i < action.size; ++i) { /* JSON text has no raw control characters inside its strings */
    if (action.data[i] == '"' || action.data[i] == '\\') *end++ = '\\';
    *end++ = (unsigned char)action.data[i] < ' ' ? ' ' : action.data[i];
  }
  memcpy(end, after, sizeof after - 1);
  *size = (size_t)(end - made) + sizeof after - 1;
  return made;
}

static void start_tool(collet_plugin* plugin, uint32_t tool, const collet_tool_call* call,
                       collet_tool_reply reply) {
  size_t size = 0;
  char* observation = observe(call->action, &size);
  const collet_str made = {observation, size};
  (void)plugin;
  (void)tool;
  reply.progress(reply.context, reply.handle, text("half of it"));
  if (observation == NULL)
    reply.finish(reply.context, reply.handle, COLLET_INTERNAL, text("no memory"));
  else
    reply.finish(reply.context, reply.handle, COLLET_OK, made);
  free(observation);
}

/* A call ends within start_tool, so there is never one to cancel. */
static void cancel_tool(collet_plugin* plugin, uint32_t tool, collet_str conversation, collet_str call_id) {
  (void)plugin;
  (void)tool;
  (void)conversation;
  (void)call_id;
}
static void conversation_closed(collet_plugin* plugin, uint32_t tool, collet_str conversation) {
  (void)plugin;
  (void)tool;
  (void)conversation;
}

static const collet_tools tools = {sizeof tools, list_tools, start_tool, cancel_tool, conversation_closed};

/* ---- the plugin's life */
static collet_status create(const collet_host* host, collet_str config, collet_sink error,
                            collet_plugin** plugin) {
  collet_plugin* made = malloc(sizeof *made);
  (void)config;
  if (made == NULL) {
    if (error.write != NULL) error.write(error.context, text("no memory"));
    return COLLET_INTERNAL;
  }
  made->host = host;
  made->log = host->feature(host, COLLET_FEATURE_LOG);
  *plugin = made;
  return COLLET_OK;
}
static void destroy(collet_plugin* plugin) { free(plugin); }

static const void* feature(collet_plugin* plugin, const char* name) {
  (void)plugin;
  if (strcmp(name, COLLET_FEATURE_ROUTES) == 0) return &routes;
  if (strcmp(name, COLLET_FEATURE_TOOLS) == 0) return &tools;
  return NULL;
}

static collet_status start(collet_plugin* plugin, collet_sink error) {
  (void)error;
  if (plugin->log != NULL) plugin->log->write(plugin->host, COLLET_LOG_INFO, text("hello from C"));
  return COLLET_OK;
}
static void stop(collet_plugin* plugin) { (void)plugin; }

__attribute__((visibility("default")))
const collet_entry collet_plugin_entry = {.magic = COLLET_ENTRY_MAGIC,
                                          .struct_size = sizeof(collet_entry),
                                          .abi_major = COLLET_ABI_MAJOR,
                                          .abi_minor = COLLET_ABI_MINOR,
                                          .id = "org.example.plain-c-sample",
                                          .version = "1.0.0",
                                          .description = "A plugin in C",
                                          .build_tag = "C11",
                                          .config_schema = "", /* no keys of its own */
                                          .create = create,
                                          .destroy = destroy,
                                          .feature = feature,
                                          .start = start,
                                          .stop = stop};
