// The host's side of the boundary: the tables that plugins find by name.
#pragma once
#include "collet/abi/catalogue.h"
#include "collet/abi/config.h"
#include "collet/abi/conversations.h"
#include "collet/abi/events.h"
#include "collet/abi/host.h"
#include "collet/abi/http_client.h"
#include "collet/abi/log.h"
#include "collet/abi/management.h"
#include "collet/abi/masking.h"
#include "collet/abi/process.h"
#include "collet/abi/secrets.h"
#include "collet/abi/settings.h"
#include "collet/abi/shared_store.h"
#include "collet/abi/sockets.h"
#include "collet/abi/store.h"
#include "plugins/boundary.hpp"
#include "plugins/guest.hpp"

namespace collet::plugins {

/// collet_host::feature.
const void* find_host_feature(const collet_host* host, const char* name) noexcept;

/// Whose call it is.
Guest& guest_of(const collet_host* host);

/// Runs `f(ConversationAccess&)` for a plugin, once there are conversations; COLLET_UNAVAILABLE.
template <class F>
collet_status with_conversations(const collet_host* host, collet_sink error, F f) noexcept {
  return guarded(error, [&]() -> collet_status {
    ConversationAccess* access = guest_of(host).household.conversations.load();
    if (access == nullptr)
      return refuse(error, unavailable("conversations can be reached from the plugin's start on"));
    return f(*access);
  });
}

extern const collet_log kLogFeature;
extern const collet_config kConfigFeature;
extern const collet_store kStoreFeature;
extern const collet_shared_store kSharedStoreFeature;
extern const collet_process kProcessFeature;
extern const collet_conversations kConversationsFeature;
extern const collet_events kEventsFeature;
extern const collet_http_client kHttpClientFeature;
extern const collet_settings kSettingsFeature;
extern const collet_secrets kSecretsFeature;
extern const collet_sessions kSessionsFeature;
extern const collet_catalogue kCatalogueFeature;
extern const collet_masking kMaskingFeature;
extern const collet_management kManagementFeature;

}  // namespace collet::plugins
