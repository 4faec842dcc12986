/* Calls something that nobody has. */
#include "collet/abi.h"

void collet_test_nowhere(collet_plugin* plugin);

__attribute__((visibility("default")))
const collet_entry collet_plugin_entry = {.magic = COLLET_ENTRY_MAGIC,
                                          .struct_size = sizeof(collet_entry),
                                          .abi_major = COLLET_ABI_MAJOR,
                                          .stop = collet_test_nowhere};
