// Made without the SDK, and lets exceptions of its own out of create, against the rules.
#include "collet/abi/entry.h"

namespace {

struct Own {};

collet_status create(const collet_host*, collet_str, collet_sink, collet_plugin**) { throw Own{}; }
void destroy(collet_plugin*) {}
const void* feature(collet_plugin*, const char*) { return nullptr; }
collet_status start(collet_plugin*, collet_sink) { return COLLET_OK; }
void stop(collet_plugin*) {}

}  // namespace

extern "C" {
__attribute__((visibility("default"))) extern const collet_entry collet_plugin_entry;
const collet_entry collet_plugin_entry = {COLLET_ENTRY_MAGIC,
                                          sizeof(collet_entry),
                                          COLLET_ABI_MAJOR,
                                          COLLET_ABI_MINOR,
                                          "org.example.raw",
                                          "1",
                                          "Throws",
                                          "",
                                          "",
                                          &create,
                                          &destroy,
                                          &feature,
                                          &start,
                                          &stop};
}
