// /api/conversations: start, read, search, count, change, run, pause, interrupt, delete.
#pragma once
#include "conversation/service.hpp"
#include "http/router.hpp"
#include "secrets/key_ring.hpp"

namespace collet::api {

/// `service` must outlive the router.
Result<void> add_conversation_routes(http::Router& router, conversation::ConversationService& service,
                                     const secrets::KeyRing& ring);

}  // namespace collet::api
