/* A whole plugin in C, without the C++ SDK. */
#include "collet/abi.h"

struct collet_plugin {
  const collet_host* host;
};
static struct collet_plugin the_plugin;

static collet_str text(const char* words) {
  collet_str made = {words, 0};
  while (words[made.size] != '\0') ++made.size;
  return made;
}

static void list_routes(collet_plugin* plugin, void* context,
                        void (*add)(void* context, const collet_route* route)) {
  const collet_route route = {
      sizeof(collet_route), text("GET"),          text("/api/plain-c"), text(""), text(""),
      COLLET_BODY_WHOLE,    COLLET_ACCESS_SESSION};
  (void)plugin;
  add(context, &route);
}

static void handle(collet_plugin* plugin, uint32_t route, const collet_request* request, collet_reply reply) {
  collet_response response = {0};
  response.struct_size = sizeof(collet_response);
  response.status = 200;
  response.content_type = text("text/plain");
  response.body = request->path;
  (void)plugin;
  (void)route;
  reply.send(reply.context, reply.handle, &response);
  reply.send(reply.context, reply.handle, &response); /* has no effect */
}

static const collet_routes routes = {sizeof(collet_routes), list_routes, handle};

static collet_status create(const collet_host* host, collet_str config, collet_sink error,
                            collet_plugin** plugin) {
  (void)config;
  (void)error;
  the_plugin.host = host;
  *plugin = &the_plugin;
  return COLLET_OK;
}
static void destroy(collet_plugin* plugin) { plugin->host = NULL; }
static const void* feature(collet_plugin* plugin, const char* name) {
  const char* wanted = COLLET_FEATURE_ROUTES;
  (void)plugin;
  while (*name != '\0' && *name == *wanted) ++name, ++wanted;
  return *name == *wanted ? &routes : NULL;
}
static collet_status start(collet_plugin* plugin, collet_sink error) {
  (void)plugin;
  (void)error;
  return COLLET_OK;
}
static void stop(collet_plugin* plugin) { (void)plugin; }

__attribute__((visibility("default"))) const collet_entry collet_plugin_entry = {COLLET_ENTRY_MAGIC,
                                                                                 sizeof(collet_entry),
                                                                                 COLLET_ABI_MAJOR,
                                                                                 COLLET_ABI_MINOR,
                                                                                 "org.example.plain-c",
                                                                                 "1",
                                                                                 "A plugin in C",
                                                                                 "a C compiler",
                                                                                 "",
                                                                                 create,
                                                                                 destroy,
                                                                                 feature,
                                                                                 start,
                                                                                 stop};
