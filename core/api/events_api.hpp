// /api/conversations/{id}/events and …/agent_final_response.
#pragma once
#include "conversation/service.hpp"
#include "events/event_log.hpp"
#include "http/router.hpp"

namespace collet::api {

/// `service` and `log` must outlive the router.
Result<void> add_event_routes(http::Router& router, conversation::ConversationService& service,
                              events::EventLog& log);

}  // namespace collet::api
