// The host's side of the boundary: the tables that plugins find by name.
#pragma once
#include "collet/abi/catalogue.h"
#include "collet/abi/config.h"
#include "collet/abi/conversations.h"
#include "collet/abi/host.h"
#include "collet/abi/log.h"
#include "collet/abi/process.h"
#include "collet/abi/store.h"

namespace collet::plugins {

class Guest;

/// collet_host::feature.
const void* find_host_feature(const collet_host* host, const char* name) noexcept;

/// Whose call it is.
Guest& guest_of(const collet_host* host);

extern const collet_log kLogFeature;
extern const collet_config kConfigFeature;
extern const collet_store kStoreFeature;
extern const collet_process kProcessFeature;
extern const collet_conversations kConversationsFeature;
extern const collet_catalogue kCatalogueFeature;

}  // namespace collet::plugins
