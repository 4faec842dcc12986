/* The whole boundary in plain C, for plugins in C or in other languages. */
#ifndef COLLET_ABI_H
#define COLLET_ABI_H

#include "collet/abi/catalogue.h"
#include "collet/abi/config.h"
#include "collet/abi/conversations.h"
#include "collet/abi/entry.h"
#include "collet/abi/events.h"
#include "collet/abi/host.h"
#include "collet/abi/http_client.h"
#include "collet/abi/llm.h"
#include "collet/abi/log.h"
#include "collet/abi/management.h"
#include "collet/abi/masking.h"
#include "collet/abi/process.h"
#include "collet/abi/routes.h"
#include "collet/abi/secrets.h"
#include "collet/abi/settings.h"
#include "collet/abi/shared_store.h"
#include "collet/abi/sockets.h"
#include "collet/abi/store.h"
#include "collet/abi/streams.h"
#include "collet/abi/tools.h"
#include "collet/abi/types.h"

#endif
