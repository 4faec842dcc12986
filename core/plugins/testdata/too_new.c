/* Built against a later minor version of the boundary. */
#include "collet/abi.h"

__attribute__((visibility("default")))
const collet_entry collet_plugin_entry = {.magic = COLLET_ENTRY_MAGIC,
                                          .struct_size = sizeof(collet_entry),
                                          .abi_major = COLLET_ABI_MAJOR,
                                          .abi_minor = COLLET_ABI_MINOR + 1};
