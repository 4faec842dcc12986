// What Connection does with streamed bodies, and with a socket that Asio reads from.
#include "http/detail/connection.hpp"  // first: it puts <utility> before Asio

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string_view>
#include <utility>

namespace collet::http::detail {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;

// A handler's end of a body. Another request's piece is never given to it.
class BodyPort final : public BodyStream {
 public:
  BodyPort(std::shared_ptr<Connection> connection, std::uint64_t serial)
      : connection_(std::move(connection)), serial_(serial) {}
  void next(OnPiece on_piece) override { connection_->next_piece(serial_, std::move(on_piece)); }

 private:
  const std::shared_ptr<Connection> connection_;
  const std::uint64_t serial_;
};

}  // namespace

// --- The socket in Asio's hands -----------------------------------------------------------------------

// Calls `then` with the lock held, when nobody else reads from the socket any more.
void Connection::leave_pistache(std::function<void(Connection&)> then) {
  state_ = State::kTaken;
  if (is_ours_) return then(*this);
  worker_->post([self = shared_from_this(), then = std::move(then)](PistacheWorker& worker) {
    const auto pistache_peer = self->pistache_peer_.lock();
    if (!pistache_peer || !worker.release(pistache_peer)) return;  // the client left meanwhile
    const Turn turn(*self);
    if (self->dead_) return;
    self->is_ours_ = true;
    then(*self);
  });
}

// False: there is no descriptor to be had.
bool Connection::watch() {
  if (watch_) return true;
  const int duplicate = ::fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0);
  if (duplicate < 0) return false;
  watch_.emplace(core_->io, duplicate);
  return true;
}

// Nothing is read that would have to be kept in vain: a body only while it is asked for, later requests up to
// a limit.
void Connection::watch_input() {
  if (!is_ours_ || waiting_readable_ || dead_ || input_ended_ || state_ == State::kTaken) return;
  if (state_ == State::kBusy) {
    const bool pulls = intake_ && intake_->is_wanted();
    if (!pulls && (intake_ || input_.size() >= core_->options.limits.pipeline_bytes)) return;
  }
  if (!watch()) return abandon();
  waiting_readable_ = true;
  watch_->async_wait(boost::asio::posix::stream_descriptor::wait_read,
                     [self = shared_from_this()](boost::system::error_code) {
                       Turn turn(*self);
                       self->waiting_readable_ = false;
                       if (!self->dead_ && self->state_ != State::kTaken) self->read_input(turn);
                     });
}

void Connection::read_input(Turn& turn) {
  if (state_ == State::kBusy && intake_) return pull_body(turn);
  thread_local std::array<char, kReadBytes> buffer;
  const auto n = ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) return abandon();
  if (n == 0) {
    input_ended_ = true;
    if (outgoing_.has_source() || state_ != State::kBusy) abandon();
    return;
  }
  if (n > 0) take_in({buffer.data(), static_cast<std::size_t>(n)}, turn);
  watch_input();
}

// --- Streamed bodies ----------------------------------------------------------------------------------

void Connection::begin_stream(Turn& turn) {
  const auto limit = core_->options.limits.upload_bytes;
  const auto length = reader_->body_length();
  if (limit > 0 && length && *length > limit)
    return refuse(Response::error(413, "Request Entity Too Large"), turn);
  intake_.emplace(reader_->take_body(limit), reader_->expects_continue());
  leave_pistache([](Connection& self) { self.dispatch_stream(); });
}

// A handler that runs on this thread may answer, and ask for the body, at once: so it is called when the lock
// is free.
void Connection::dispatch_stream() {
  state_ = State::kBusy;
  is_owed_answer_ = true;
  news_.emplace_back([self = shared_from_this(), route = route_,
                      request = std::make_shared<Request>(std::move(reader_->request())), number = serial_] {
    request->stream = std::make_shared<BodyPort>(self, number);
    Reply reply([self](Response response) { self->answer(std::move(response)); });
    self->core_->dispatcher.run(*route, std::move(*request), std::move(reply));
  });
  reader_.reset();
}

void Connection::next_piece(std::uint64_t serial, BodyStream::OnPiece on_piece) {
  Turn turn(*this);
  if (serial != serial_ || dead_ || !is_owed_answer_ || !intake_ || intake_->is_wanted()) {
    std::string why = dead_             ? dead_why_
                      : is_owed_answer_ ? "the body has ended, or is asked for already"
                                        : "the request was answered";
    news_.emplace_back([on_piece = std::move(on_piece), why = std::move(why)] {
      on_piece({Piece::Kind::kBroken, why});
    });
    return;
  }
  intake_->want(std::move(on_piece));
  arm(core_->options.limits.body_time);
  if (intake_->take_continue() && input_.empty()) send_continue();
  pull_body(turn);
}

void Connection::send_continue() {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  ::send(fd_.get(), kContinue.data(), kContinue.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void Connection::pull_body(Turn& turn) {
  if (!intake_->is_wanted()) return;
  switch (intake_->pull(fd_.get(), input_)) {
    case BodyIntake::Outcome::kReady:
      news_.push_back(intake_->take_delivery());
      if (intake_->has_ended()) intake_.reset();
      return watch_input();
    case BodyIntake::Outcome::kWait:
      return watch_input();
    case BodyIntake::Outcome::kGone:
      return abandon();
    case BodyIntake::Outcome::kError: {
      const auto& decoder = intake_->decoder();
      return refuse(Response::error(decoder.status(), decoder.detail()), turn);
    }
  }
}

// The request is being answered: nothing more of its body is wanted.
void Connection::settle_body() {
  if (!intake_) return;
  if (auto tell = intake_->break_off("the request was answered")) news_.push_back(std::move(tell));
  if (intake_->is_short(kSkippedBody)) return;
  intake_.reset();
  keep_alive_ = false;
}

}  // namespace collet::http::detail
