/* An entry symbol with one thing wrong in it, which the build names. */
#define _GNU_SOURCE
#include "collet/abi.h"

#ifndef ODD_SIZE
#define ODD_SIZE sizeof(collet_entry)
#endif
#ifndef ODD_ID
#define ODD_ID "org.example.odd"
#endif
#ifndef ODD_VERSION
#define ODD_VERSION "1"
#endif
#ifndef ODD_SCHEMA
#define ODD_SCHEMA ""
#endif

static collet_status create(const collet_host* host, collet_str config, collet_sink error,
                            collet_plugin** plugin) {
  (void)host;
  (void)config;
  (void)error;
  *plugin = (collet_plugin*)"made";
  return COLLET_OK;
}
static void end(collet_plugin* plugin) { (void)plugin; }
static const void* feature(collet_plugin* plugin, const char* name) {
  (void)plugin;
  (void)name;
  return NULL;
}
#ifndef ODD_START
#define ODD_START start
static collet_status start(collet_plugin* plugin, collet_sink error) {
  (void)plugin;
  (void)error;
  return COLLET_OK;
}
#endif

__attribute__((visibility("default"))) const collet_entry collet_plugin_entry = {COLLET_ENTRY_MAGIC,
                                                                                 ODD_SIZE,
                                                                                 COLLET_ABI_MAJOR,
                                                                                 COLLET_ABI_MINOR,
                                                                                 ODD_ID,
                                                                                 ODD_VERSION,
                                                                                 "",
                                                                                 "",
                                                                                 ODD_SCHEMA,
                                                                                 create,
                                                                                 end,
                                                                                 feature,
                                                                                 ODD_START,
                                                                                 end};

#ifdef ODD_WRITER
/* Writes to its own file while it is loaded. */
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
__attribute__((constructor)) static void write_to_myself(void) {
  Dl_info info;
  if (dladdr(&collet_plugin_entry, &info) != 0) utimensat(AT_FDCWD, info.dli_fname, NULL, 0);
}
#endif
