#include "http/detail/websocket_session.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include "base/log.hpp"

namespace collet::http::detail {
namespace {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;

constexpr std::size_t kDiscardBuffer = 4 * 1024;
constexpr std::size_t kKeptInput = 64 * 1024;
constexpr std::size_t kLongestReason = 123;  // a control frame has 125 bytes, two of them the code
constexpr std::uint16_t kProtocolError = 1002;
constexpr std::uint16_t kLastCloseCode = 4999;  // Beast refuses what is wrong below it
constexpr std::uint16_t kAuthenticationFailed = 4001;
constexpr const char* kAuthenticationFailedReason = "Authentication failed";

const websocket::stream_base::timeout kNoTimeouts{websocket::stream_base::none(),
                                                  websocket::stream_base::none(), false};

asio::ip::tcp protocol_of(int fd) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  return address.ss_family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4();
}

}  // namespace

void WebSocketSession::start(const std::shared_ptr<Core>& core, SocketHandover handover) {
  boost::system::error_code error;
  asio::ip::tcp::socket socket(asio::make_strand(core->io));
  socket.assign(protocol_of(handover.fd.get()), handover.fd.get(), error);
  if (error) return;
  handover.fd.release();
  socket.non_blocking(true, error);
  const auto session =
      std::make_shared<WebSocketSession>(Private(), core, std::move(socket), std::move(handover));
  core->sockets.add(session);
  if (core->draining) return;  // after add(): either we see the drain here, or the drain sees us there
  asio::dispatch(session->stream_.get_executor(), [session] { session->accept(); });
}

WebSocketSession::WebSocketSession(Private, std::shared_ptr<Core> core, asio::ip::tcp::socket socket,
                                   SocketHandover handover)
    : core_(std::move(core)),
      ticket_(std::move(handover.ticket)),
      route_(*handover.route),
      head_(std::move(handover.head)),
      request_(std::move(handover.request)),
      request_id_(request_.id),
      stream_(std::move(socket), std::move(handover.unread)),
      progress_(stream_.next_layer().progress()),
      timer_(stream_.get_executor()),
      awaits_first_message_(handover.ask_first_message) {
  configure();
}

WebSocketSession::~WebSocketSession() { core_->sockets.remove(this); }

void WebSocketSession::configure() {
  const SocketLimits& limits = core_->options.sockets;
  limit_idle_time(true);
  if (limits.deflate) {
    // Small windows and no kept context: 18 kB for each idle socket instead of several hundred.
    websocket::permessage_deflate deflate;
    deflate.server_enable = true;
    deflate.server_max_window_bits = 11;
    deflate.client_max_window_bits = 11;
    deflate.server_no_context_takeover = true;
    deflate.client_no_context_takeover = true;
    deflate.memLevel = 4;
    deflate.compLevel = 3;
    stream_.set_option(deflate);
  }
  stream_.read_message_max(awaits_first_message_
                               ? std::min(Gatekeeper::kLongestFirstMessage, limits.message_bytes)
                               : limits.message_bytes);
  stream_.auto_fragment(false);
  stream_.control_callback([this](websocket::frame_type kind, boost::beast::string_view) {
    if (kind == websocket::frame_type::close && stream_.reason().code > kLastCloseCode) refuse_bad_close();
  });
  name_answer();
}

void WebSocketSession::name_answer() {
  stream_.set_option(
      websocket::stream_base::decorator([id = request_id_](websocket::response_type& response) {
        response.set("x-request-id", id);
        response.set(boost::beast::http::field::server, "collet");  // else Beast names itself
      }));
}

// Pongs are seen only by a read: while input is held the peer cannot be told from a dead one.
void WebSocketSession::limit_idle_time(bool limited) {
  const SocketLimits& limits = core_->options.sockets;
  websocket::stream_base::timeout timeout{};
  timeout.handshake_timeout = limits.handshake_time;
  timeout.idle_timeout = limited ? limits.idle_time : websocket::stream_base::none();
  timeout.keep_alive_pings = true;
  stream_.set_option(timeout);
}

template <class Call>
void WebSocketSession::guarded(const char* what, Call call) {
  try {
    call();
  } catch (const std::exception& e) {
    log::error("http",
               "request " + request_id_ + ": " + what + " of " + route_.pattern + " threw: " + e.what());
    close(1011, "Internal error");
  }
}

// --- Opening -----------------------------------------------------------------------------------------

void WebSocketSession::accept() {
  stream_.async_accept(head_, [self = shared_from_this()](Error error) {
    if (error) return self->finish(error);
    if (self->finished_) return;  // dropped just when it was accepted: nobody would tell the route of its end
    self->accepted_ = true;
    self->head_ = {};
    if (self->awaits_first_message_) {
      self->wait_for_first_message();
    } else {
      self->open();
    }
    self->read_on();
  });
}

void WebSocketSession::wait_for_first_message() {
  timer_.expires_after(core_->options.sockets.first_message_time);
  timer_.async_wait([self = shared_from_this()](Error error) {
    if (!error && self->awaits_first_message_)
      self->close(kAuthenticationFailed, kAuthenticationFailedReason);
  });
}

void WebSocketSession::open() {
  stream_.read_message_max(core_->options.sockets.message_bytes);
  route_knows_ = true;
  guarded("on_open", [this] { route_.on_open(shared_from_this(), std::move(request_)); });
}

// --- Input -------------------------------------------------------------------------------------------

// Unless the close handshake reads by itself, or the route holds the input.
void WebSocketSession::read_on() {
  if (close_sent_) return;
  limit_idle_time(!held_);
  if (!held_) read();
}

void WebSocketSession::read() {
  reading_ = true;
  stream_.async_read(input_, [self = shared_from_this()](Error error, std::size_t) {
    self->reading_ = false;
    if (error) return self->finish(error);
    self->received();
    self->input_.consume(self->input_.size());
    if (self->input_.capacity() > kKeptInput) self->input_ = {};
    self->read_on();
  });
}

void WebSocketSession::take_input() {
  asio::post(stream_.get_executor(), [self = shared_from_this()] {
    self->held_ = false;
    if (!self->reading_ && !self->finished_) self->read_on();
  });
}

void WebSocketSession::received() {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;  // it is being closed: what still comes in is read only to find the close frame
  }
  const auto data = input_.cdata();
  const std::string_view text(static_cast<const char*>(data.data()), data.size());
  if (awaits_first_message_) {
    if (!stream_.got_text() || !core_->dispatcher.gatekeeper().check_first_message(text))
      return close(kAuthenticationFailed, kAuthenticationFailedReason);
    awaits_first_message_ = false;
    timer_.cancel();
    return open();
  }
  if (!stream_.got_text()) {
    if (!binary_) return close(1003, "Text messages only");
    return guarded("on_binary", [&] { binary_(text); });
  }
  if (core_->dispatcher.gatekeeper().swallows(text) || !message_) return;
  guarded("on_message", [&] { message_(text); });
}

// --- Output ------------------------------------------------------------------------------------------

bool WebSocketSession::queue(Message message) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return false;
  if (!queue_.empty() && queued_ + message.frame->size() > core_->options.sockets.queue_bytes) {
    refused_ = true;
    return false;
  }
  queued_ += message.frame->size();
  queue_.push_back(std::move(message));
  if (queue_.size() == 1) {
    progress_->touch();
    asio::post(stream_.get_executor(), [self = shared_from_this()] { self->write(); });
  }
  return true;
}

std::size_t WebSocketSession::queued_bytes() const {
  const std::lock_guard lock(mutex_);
  return queued_;
}

std::size_t WebSocketSession::queue_limit() const { return core_->options.sockets.queue_bytes; }

void WebSocketSession::write() {
  Frame frame;
  bool binary = false;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.empty()) return;
    frame = queue_.front().frame;
    binary = queue_.front().binary;
  }
  stream_.binary(binary);
  const auto bytes = asio::buffer(*frame);
  stream_.async_write(bytes, [self = shared_from_this(), frame = std::move(frame)](Error error, std::size_t) {
    self->wrote(error);
  });
}

void WebSocketSession::wrote(Error error) {
  bool drained = false, more = false, closing = false;
  {
    const std::lock_guard lock(mutex_);
    if (error) {
      stopped_ = true;
      queue_.clear();
      queued_ = 0;
    } else {
      queued_ -= queue_.front().frame->size();
      queue_.pop_front();
    }
    more = !queue_.empty();
    closing = !error && !more && close_.has_value();
    if (refused_ && !stopped_ && queued_ <= core_->options.sockets.queue_bytes / 2) {
      refused_ = false;
      drained = true;
    }
  }
  if (error) return drop();
  if (more) write();
  if (closing) send_close();
  if (drained && drained_) guarded("on_drained", [this] { drained_(); });
}

void WebSocketSession::close(std::uint16_t code, std::string reason) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  stopped_ = true;
  if (reason.size() > kLongestReason) reason.resize(kLongestReason);
  close_ = Close{code, std::move(reason)};
  if (queue_.empty()) asio::post(stream_.get_executor(), [self = shared_from_this()] { self->send_close(); });
}

void WebSocketSession::send_close() {
  if (finished_) return;
  if (!accepted_) return drop();  // Beast has no closing handshake inside the opening one
  if (std::exchange(close_sent_, true)) return;
  const Close close = [this] {
    const std::lock_guard lock(mutex_);
    return *close_;
  }();
  websocket::close_reason reason(static_cast<websocket::close_code>(close.code));
  reason.reason.assign(close.reason.data(), close.reason.size());
  stream_.async_close(reason, [self = shared_from_this()](Error error) {
    self->finish(error ? error : Error(websocket::error::closed));
  });
}

// Before Beast echoes the code: it sends one close frame only.
void WebSocketSession::refuse_bad_close() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    close_ = Close{kProtocolError, "Bad close code"};
  }
  send_close();
}

// --- The end -----------------------------------------------------------------------------------------

void WebSocketSession::sweep(Clock::time_point now) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.empty() || now - progress_->last() < core_->options.limits.write_stall) return;
  }
  drop();
}

void WebSocketSession::drop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  asio::post(stream_.get_executor(), [self = shared_from_this()] {
    Error ignored;
    self->stream_.next_layer().next_layer().close(ignored);
    if (!self->finished_ && !self->stream_.is_open()) self->finish(asio::error::operation_aborted);
  });
}

void WebSocketSession::finish(Error error) {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  if (std::exchange(finished_, true)) return;
  std::uint16_t code =
      error == websocket::error::closed ? static_cast<std::uint16_t>(stream_.reason().code) : 1006;
  if (code > kLastCloseCode) code = kProtocolError;
  if (route_knows_ && closed_) guarded("on_close", [&] { closed_(code); });
  message_ = nullptr;
  binary_ = nullptr;
  closed_ = nullptr;
  drained_ = nullptr;
  stream_.set_option(kNoTimeouts);  // stops Beast's timer, which would keep the I/O thread busy
  linger();
}

// A peer that still sends would be reset by a plain close, and might lose our close frame with that.
void WebSocketSession::linger() {
  auto& socket = stream_.next_layer().next_layer();
  Error ignored;
  if (socket.is_open()) socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  timer_.expires_after(core_->options.limits.linger);
  timer_.async_wait([self = shared_from_this()](Error error) {
    Error unused;
    if (!error) self->stream_.next_layer().next_layer().close(unused);
  });
  discarded_.resize(kDiscardBuffer);  // not input_: an aborted read may still hold on to that
  discard();
}

void WebSocketSession::discard() {
  auto& socket = stream_.next_layer().next_layer();
  socket.async_read_some(asio::buffer(discarded_), [self = shared_from_this()](Error error, std::size_t) {
    if (!error) return self->discard();
    // The route may hold this object for as long as it likes, but not the connection
    // and its place.
    self->timer_.cancel();
    Error unused;
    self->stream_.next_layer().next_layer().close(unused);
    self->ticket_.reset();
  });
}

}  // namespace collet::http::detail
