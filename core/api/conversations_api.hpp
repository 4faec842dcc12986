// /api/conversations: start, read, search, count, change, run, pause, interrupt, delete.
#pragma once
#include "conversation/service.hpp"
#include "http/router.hpp"
#include "secrets/key_ring.hpp"

namespace collet::api {

/// `service` must outlive the router.
Result<void> add_conversation_routes(http::Router& router, conversation::ConversationService& service,
                                     const secrets::KeyRing& ring);

/// Who starts a conversation.
enum class Starter {
  kClient,
  kPlugin,  ///< may also say which agent profile it was started with (`launched_agent_profile`), and that its
            ///< clients are older ones (`older_form`)
};

/// The handler of POST /api/conversations. Blocks.
void start_conversation(conversation::ConversationService& service, const secrets::KeyRing& ring,
                        const http::Request& request, http::Reply reply, Starter starter);

}  // namespace collet::api
