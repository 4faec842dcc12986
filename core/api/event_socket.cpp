#include "api/event_socket.hpp"

#include <algorithm>
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
constexpr std::size_t kMostEarly = 64;          // messages kept until the conversation is found
constexpr std::uint16_t kNormal = 1000;
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

  void enqueue(std::shared_ptr<Session> session) {
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
  std::deque<std::shared_ptr<Session>> waiting_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the others
};

// One subscriber. Moves frames from its subscription to its socket as fast as the socket takes them; in
// between it only remembers where it is in the log.
class EventSockets::Session : public std::enable_shared_from_this<Session> {
 public:
  Session(EventSockets& sockets, std::shared_ptr<http::WebSocket> socket, const http::Request& request)
      : sockets_(sockets),
        socket_(std::move(socket)),
        conversation_id_(*parse_uuid(request.param("conversation_id"))),
        start_(read_start(request)) {}

  // On the socket's strand: only sets up. The database is asked on the pump's thread.
  void begin() {
    socket_->on_message([self = shared_from_this()](std::string_view text) { self->receive(text); });
    socket_->on_close([self = shared_from_this()](std::uint16_t) { self->end(); });
    socket_->on_drained([self = shared_from_this()] { self->wake(); });
    {
      const std::lock_guard lock(sockets_.mutex_);
      sockets_.sessions_.emplace(conversation_id_, weak_from_this());
    }
    wake();
  }

  // Any thread.
  void close_deleted() { socket_->close(kNormal, "Conversation deleted"); }

  // Any thread.
  void wake() {
    if (!queued_.exchange(true)) sockets_.pump_->enqueue(shared_from_this());
  }

  // On the pump's thread.
  void work() {
    queued_ = false;
    if (!std::exchange(opened_, true)) return open();
    const std::lock_guard lock(mutex_);
    while (subscription_ != nullptr) {
      if (held_back_.empty()) {
        for (auto& taken : subscription_->take(kTakeBytes)) held_back_.push_back(std::move(taken.frame));
        if (held_back_.empty()) {
          if (subscription_->failed()) socket_->close(kTryLater, "The events cannot be read now");
          return;
        }
      }
      while (!held_back_.empty()) {
        if (!socket_->send(held_back_.front())) return;  // on_drained wakes us again
        held_back_.pop_front();
      }
    }
  }

 private:
  using Conversation = conversation::Conversation;

  void open() {
    auto found = sockets_.service_.get(conversation_id_);
    if (!found) return socket_->close(kNotFound, "Conversation not found");
    std::optional<std::int64_t> after_seq;
    if (start_.from_beginning) after_seq = 0;
    if (start_.since)
      if (const auto seq = sockets_.log_.seq_before(conversation_id_, *start_.since); seq) after_seq = *seq;
    (*found)->follow(
        after_seq,
        [weak = weak_from_this()] {
          if (const auto self = weak.lock()) self->wake();
        },
        [self = shared_from_this()](Result<std::shared_ptr<events::Subscription>> followed) {
          self->followed(std::move(followed));
        });
    std::vector<std::string> early;
    {
      const std::lock_guard lock(mutex_);
      conversation_ = *found;
      early.swap(early_);
    }
    for (const auto& text : early) deliver(**found, text);
  }

  void followed(Result<std::shared_ptr<events::Subscription>> subscription) {
    if (!subscription) return socket_->close(kTryLater, "Too many subscribers");
    {
      const std::lock_guard lock(mutex_);
      if (!ended_) subscription_ = std::move(*subscription);
    }
    wake();
  }

  void receive(std::string_view text) {
    std::shared_ptr<Conversation> conversation;
    {
      const std::lock_guard lock(mutex_);
      conversation = conversation_;
      if (conversation == nullptr && early_.size() < kMostEarly) early_.emplace_back(text);
    }
    if (conversation != nullptr) deliver(*conversation, text);
  }

  void deliver(Conversation& conversation, std::string_view text) {
    auto received = read_socket_message(text);
    if (!received.error_code.empty()) return send_error(received.error_code, received.error_detail);
    conversation.send({std::move(received.message.content), std::move(received.message.sender)},
                      received.message.run, [self = shared_from_this()](const Result<void>& result) {
                        if (!result) self->send_error("MessageNotStored", result.error().message);
                      });
  }

  void send_error(std::string_view code, std::string_view detail) {
    socket_->send(std::make_shared<const std::string>(agent::server_error_frame(code, detail)));
  }

  void end() {
    {
      const std::lock_guard lock(sockets_.mutex_);
      auto [first, behind] = sockets_.sessions_.equal_range(conversation_id_);
      const auto ours =
          std::find_if(first, behind, [&](auto& entry) { return entry.second.lock().get() == this; });
      if (ours != behind) sockets_.sessions_.erase(ours);
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    subscription_.reset();
    held_back_.clear();
  }

  EventSockets& sockets_;
  std::shared_ptr<http::WebSocket> socket_;
  const std::string conversation_id_;
  const Start start_;
  std::atomic<bool> queued_{false};
  bool opened_ = false;  // the pump's thread only
  std::mutex mutex_;     // guards what follows
  std::shared_ptr<Conversation> conversation_;
  std::vector<std::string> early_;  // came before the conversation was found
  std::shared_ptr<events::Subscription> subscription_;
  std::deque<events::Frame> held_back_;  // taken, but the socket's queue was full
  bool ended_ = false;
};

void EventSockets::Pump::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    auto session = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    session->work();
    session.reset();  // it may be the last one who holds it
    lock.lock();
  }
}

EventSockets::EventSockets(conversation::ConversationService& service, events::EventLog& log)
    : service_(service), log_(log), pump_(std::make_unique<Pump>()) {}

EventSockets::~EventSockets() { stop(); }

void EventSockets::close(const std::string& conversation_id) {
  std::vector<std::shared_ptr<Session>> gone;
  {
    const std::lock_guard lock(mutex_);
    const auto [first, behind] = sessions_.equal_range(conversation_id);
    for (auto it = first; it != behind; ++it)
      if (auto session = it->second.lock()) gone.push_back(std::move(session));
  }
  for (const auto& session : gone) session->close_deleted();
}

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
    std::make_shared<Session>(*this, std::move(socket), request)->begin();
  };
  return router.add(std::move(route));
}

}  // namespace collet::api
