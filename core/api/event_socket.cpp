#include "api/event_socket.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "agent/drafts.hpp"
#include "api/message_body.hpp"
#include "api/route_helpers.hpp"
#include "base/id.hpp"
#include "conversation/conversation.hpp"
#include "http/websocket.hpp"

namespace collet::api {
namespace {

constexpr std::size_t kTakeBytes = 256 * 1024;  // frames moved at once
constexpr std::uint16_t kNotFound = 4004;
constexpr std::uint16_t kTryLater = 1013;

// Where a subscriber begins: a seq, or nothing for "from now on".
struct Start {
  bool valid = true;
  bool from_beginning = false;
  std::optional<Micros> since;
};

Start read_start(const http::Request& request) {
  Start start;
  const auto mode = request.query_value("resend_mode").value_or("");
  if (mode == "all" || request.query_value("resend_all") == "true") {
    start.from_beginning = true;
  } else if (mode == "since") {
    const auto text = request.query_value("after_timestamp");
    if (text) start.since = parse_timestamp(*text);
    start.valid = !text || start.since.has_value();
  } else {
    start.valid = mode.empty();
  }
  return start;
}

}  // namespace

// One thread that lets sessions take their frames. A session waits in the queue at most once, so the queue is
// bounded by the number of sockets.
class EventSockets::Pump {
 public:
  Pump() : thread_([this] { work(); }) {}
  ~Pump() { stop(); }

  void enqueue(std::weak_ptr<Session> session) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(session));
    }
    changed_.notify_one();
  }
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::weak_ptr<Session>> waiting_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the others
};

// One subscriber. Moves frames from its subscription to its socket as fast as the socket takes them; in
// between it only remembers where it is in the log.
class EventSockets::Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Pump& pump, std::shared_ptr<http::WebSocket> socket,
          std::shared_ptr<conversation::Conversation> conversation)
      : pump_(pump), socket_(std::move(socket)), conversation_(std::move(conversation)) {}

  void begin(std::optional<std::int64_t> after_seq) {
    socket_->on_message([self = shared_from_this()](std::string_view text) { self->receive(text); });
    socket_->on_close([self = shared_from_this()](std::uint16_t) { self->end(); });
    socket_->on_drained([self = shared_from_this()] { self->wake(); });
    conversation_->follow(
        after_seq,
        [weak = weak_from_this()] {
          if (const auto self = weak.lock()) self->wake();
        },
        [self = shared_from_this()](Result<std::shared_ptr<events::Subscription>> followed) {
          if (!followed) return self->socket_->close(kTryLater, "Too many subscribers");
          {
            const std::lock_guard lock(self->mutex_);
            if (!self->ended_) self->subscription_ = std::move(*followed);
          }
          self->wake();
        });
  }

  // Any thread.
  void wake() {
    if (!queued_.exchange(true)) pump_.enqueue(weak_from_this());
  }

  // On the pump's thread.
  void move_frames() {
    queued_ = false;
    const std::lock_guard lock(mutex_);
    while (subscription_ != nullptr) {
      if (held_back_.empty()) {
        for (auto& frame : subscription_->take(kTakeBytes)) held_back_.push_back(std::move(frame));
        if (held_back_.empty()) return;
      }
      while (!held_back_.empty()) {
        if (!socket_->send(held_back_.front())) return;  // on_drained wakes us again
        held_back_.pop_front();
      }
    }
  }

 private:
  void receive(std::string_view text) {
    auto received = read_socket_message(text);
    if (!received.error_code.empty()) {
      socket_->send(std::make_shared<const std::string>(
          agent::server_error_frame(received.error_code, received.error_detail)));
      return;
    }
    conversation_->send({std::move(received.message.content), std::move(received.message.sender)},
                        received.message.run, [self = shared_from_this()](const Result<void>& result) {
                          if (!result)
                            self->socket_->send(std::make_shared<const std::string>(
                                agent::server_error_frame("MessageNotStored", result.error().message)));
                        });
  }

  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    subscription_.reset();
    held_back_.clear();
  }

  Pump& pump_;
  std::shared_ptr<http::WebSocket> socket_;
  std::shared_ptr<conversation::Conversation> conversation_;
  std::atomic<bool> queued_{false};
  std::mutex mutex_;  // guards what follows
  std::shared_ptr<events::Subscription> subscription_;
  std::deque<events::Frame> held_back_;  // taken, but the socket's queue was full
  bool ended_ = false;
};

void EventSockets::Pump::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    const auto session = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    if (const auto alive = session.lock()) alive->move_frames();
    lock.lock();
  }
}

EventSockets::EventSockets(conversation::ConversationService& service, events::EventLog& log)
    : service_(service), log_(log), pump_(std::make_unique<Pump>()) {}

EventSockets::~EventSockets() { stop(); }

void EventSockets::stop() { pump_->stop(); }

Result<void> EventSockets::add_route(http::Router& router) {
  http::SocketRoute route;
  route.pattern = "/sockets/events/{conversation_id}";
  route.owner = "core";
  route.refuse = [](const http::Request& request) -> std::optional<http::Response> {
    if (parse_uuid(request.param("conversation_id")) && read_start(request).valid) return std::nullopt;
    return http::Response{403, "", "", {}};
  };
  route.on_open = [this](std::shared_ptr<http::WebSocket> socket, const http::Request& request) {
    const std::string id = *parse_uuid(request.param("conversation_id"));
    auto found = service_.get(id);
    if (!found) return socket->close(kNotFound, "Conversation not found");
    const Start start = read_start(request);
    std::optional<std::int64_t> after_seq;
    if (start.from_beginning) after_seq = 0;
    if (start.since) {
      const auto seq = log_.seq_before(id, *start.since);
      if (seq) after_seq = *seq;
    }
    std::make_shared<Session>(*pump_, std::move(socket), std::move(*found))->begin(after_seq);
  };
  return router.add(std::move(route));
}

}  // namespace collet::api
