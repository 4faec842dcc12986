// The configuration as each part of the server wants it. Pure, but for the machine's name.
#pragma once
#include "conversation/service.hpp"
#include "events/event_log.hpp"
#include "http/http_server.hpp"
#include "plugins/host.hpp"
#include "server/config.hpp"
#include "storage/database.hpp"

namespace collet::server {

http::HttpServer::Options http_options(const Config& config, http::RequestObserver& observer);
storage::Database::Options database_options(const Config& config);
events::EventLog::Limits log_limits(const Config& config);
plugins::PluginHost::Options host_options(const Config& config);
conversation::ConversationService::Options service_options(const Config& config);

}  // namespace collet::server
