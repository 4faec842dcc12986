#include "plugins/socket_session.hpp"

#include <utility>

#include "base/log.hpp"
#include "plugins/boundary.hpp"
#include "plugins/guest.hpp"
#include "plugins/route_feature.hpp"
#include "plugins/socket_feature.hpp"

namespace collet::plugins {
namespace {

constexpr std::uint16_t kInternalError = 1011;
constexpr std::uint16_t kTryLater = 1013;

}  // namespace

SocketSession::SocketSession(Guest& guest, const collet_sockets& table, std::uint32_t endpoint,
                             std::shared_ptr<http::WebSocket> socket, http::Request request)
    : guest_(guest),
      table_(table),
      endpoint_(endpoint),
      socket_(std::move(socket)),
      request_(std::move(request)) {}

void SocketSession::begin(bool takes_binary) {
  if (guest_.sessions.size() >= guest_.household.most_open)
    return socket_->close(kTryLater, "Too many sessions");
  handle_ = guest_.sessions.add(shared_from_this());
  socket_->hold_input();  // until the plugin knows the session
  socket_->on_message([self = shared_from_this()](std::string_view text) { self->receive(text, false); });
  if (takes_binary)
    socket_->on_binary([self = shared_from_this()](std::string_view bytes) { self->receive(bytes, true); });
  socket_->on_drained([self = shared_from_this()] {
    {
      const std::lock_guard lock(self->mutex_);
      self->drained_ = true;
    }
    self->wake();
  });
  socket_->on_close([self = shared_from_this()](std::uint16_t code) {
    {
      const std::lock_guard lock(self->mutex_);
      self->code_ = code;
    }
    self->wake();
  });
  wake();
}

collet_status SocketSession::send(http::Frame frame, bool binary) {
  if (!is_open()) return COLLET_NOT_FOUND;
  const bool taken = binary ? socket_->send_binary(std::move(frame)) : socket_->send(std::move(frame));
  return taken ? COLLET_OK : COLLET_UNAVAILABLE;
}

collet_status SocketSession::close(std::uint16_t code, std::string reason) {
  {
    const std::lock_guard lock(mutex_);
    if (closing_ || code_) return COLLET_NOT_FOUND;
    closing_ = true;
  }
  socket_->close(code, std::move(reason));
  return COLLET_OK;
}

bool SocketSession::is_open() const {
  const std::lock_guard lock(mutex_);
  return !closing_ && !code_;
}

void SocketSession::receive(std::string_view data, bool binary) {
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return;
    message_ = Message{std::string(data), binary};
  }
  socket_->hold_input();
  wake();
}

void SocketSession::wake() {
  {
    const std::lock_guard lock(mutex_);
    if (released_ || std::exchange(queued_, true)) return;
  }
  const bool posted = guest_.household.callbacks.post(session_queue(guest_.name),
                                                      [self = shared_from_this()] { self->work(); });
  if (!posted) release();  // the host has stopped
}

// One call, then to the end of the queue, so that no session keeps the others waiting.
void SocketSession::work() {
  if (const auto pass = guest_.gate.enter()) {
    call();
  } else {
    close(kTryLater, guest_.absence());
    release();
  }
  {
    const std::lock_guard lock(mutex_);
    queued_ = false;
    if (!has_work()) return;
  }
  wake();
}

bool SocketSession::has_work() const { return !released_ && (request_ || message_ || drained_ || code_); }

void SocketSession::call() {
  std::unique_lock lock(mutex_);
  if (request_) {
    const http::Request request = *std::exchange(request_, std::nullopt);
    const bool gone = code_.has_value();
    lock.unlock();
    return gone ? release() : enter_open(request);
  }
  if (message_) {
    const Message message = *std::exchange(message_, std::nullopt);
    lock.unlock();
    return enter_message(message);
  }
  if (std::exchange(drained_, false)) {
    lock.unlock();
    return enter("drained", [&] { table_.drained(guest_.instance, endpoint_, handle_); });
  }
  if (!code_) return;
  const int code = *code_;
  lock.unlock();
  enter("closed", [&] { table_.closed(guest_.instance, endpoint_, handle_, code); });
  release();
}

void SocketSession::enter_open(const http::Request& request) {
  const RequestView view(request);
  enter("open", [&] { table_.open(guest_.instance, endpoint_, handle_, &view.get()); });
  socket_->take_input();
}

void SocketSession::enter_message(const Message& message) {
  enter("message", [&] {
    table_.message(guest_.instance, endpoint_, handle_, message.binary ? 1 : 0, detail::to_str(message.data));
  });
  socket_->take_input();
}

template <class F>
void SocketSession::enter(const char* what, F f) {
  const auto thrown = caught(f);
  if (thrown.empty()) return;
  guest_.log_error(std::string("a session's ") + what + " threw: " + thrown);
  close(kInternalError, "Internal error");
}

void SocketSession::release() {
  {
    const std::lock_guard lock(mutex_);
    released_ = true;
  }
  guest_.sessions.take(handle_);
}

}  // namespace collet::plugins
