// WebSocket /sockets/events/{conversation_id}: the full state first, then events; messages of the user come
// in.
//
//   resend_mode=all | since (with after_timestamp), or resend_all=true: old events first
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "conversation/service.hpp"
#include "events/event_log.hpp"
#include "http/router.hpp"

namespace collet::api {

/// Owns the thread that moves events from the log to the sockets.
class EventSockets {
 public:
  EventSockets(conversation::ConversationService& service, events::EventLog& log);
  ~EventSockets();

  Result<void> add_route(http::Router& router);
  /// Closes all sockets of a conversation that is gone. Any thread.
  void close(const std::string& conversation_id);
  /// Ends the thread; sockets get nothing more. Idempotent.
  void stop();

 private:
  class Pump;
  class Session;
  conversation::ConversationService& service_;
  events::EventLog& log_;
  std::mutex mutex_;  // guards sessions_
  std::multimap<std::string, std::weak_ptr<Session>> sessions_;
  std::unique_ptr<Pump> pump_;
};

}  // namespace collet::api
