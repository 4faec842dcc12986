/* Exports the symbol, but something else behind it. */
#include "collet/abi.h"

__attribute__((visibility("default"))) const collet_entry collet_plugin_entry = {
    .magic = 1, .struct_size = sizeof(collet_entry), .abi_major = COLLET_ABI_MAJOR};
