/* Compiled as strict C11: the boundary's headers must need nothing else. */
#include "collet/abi.h"

extern const collet_entry collet_plugin_entry;
const uint64_t collet_magic_of_c = COLLET_ENTRY_MAGIC;
