#include "http/detail/connection.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <cerrno>

#include "base/id.hpp"
#include "base/log.hpp"
#include "http/detail/render.hpp"
#include "http/detail/websocket_session.hpp"

namespace collet::http::detail {
namespace {

// A request that is answered by its head alone keeps its connection when its body is no longer than this.
constexpr std::size_t kSkippedBody = 64 * 1024;

constexpr std::size_t kLongestRequestId = 64;

// A proxy's or client's own id is kept, where it can stand in a log line.
std::string id_of(const Request& request) {
  const auto given = request.header("x-request-id").value_or("");
  const bool fits = !given.empty() && given.size() <= kLongestRequestId &&
                    std::all_of(given.begin(), given.end(), [](unsigned char c) {
                      return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
                    });
  return fits ? std::string(given) : without_dashes(new_uuid());
}

}  // namespace

Connection::Connection(std::shared_ptr<Core> core, PistacheWorker* worker,
                       std::weak_ptr<Pistache::Tcp::Peer> pistache_peer, UniqueFd fd, Peer peer,
                       Admission::Ticket ticket)
    : core_(std::move(core)),
      worker_(worker),
      pistache_peer_(std::move(pistache_peer)),
      peer_(std::move(peer)),
      ticket_(std::move(ticket)),
      fd_(std::move(fd)) {
  arm(core_->options.limits.head_time);
}

Connection::~Connection() {
  // Pistache's accepting thread may hold the last reference. What the worker did is done, by the count of
  // references; the lock says so to the thread sanitizer, which doesn't see Pistache's counting.
  { const Lock lock(mutex_); }
  core_->connections.remove(this);
}

void Connection::feed(std::string_view bytes) {
  Lock lock(mutex_);
  if (state_ == State::kClosing || dead_) return;  // what a refused client still sends
  const bool between_requests = state_ == State::kReading && !reader_ && input_.empty();
  if (between_requests) arm(core_->options.limits.head_time);
  if (reader_ && reader_->head_complete()) arm(core_->options.limits.body_time);
  input_.append(bytes);
  const bool reading = state_ == State::kReading;
  if (!reading && input_.size() > core_->options.limits.pipeline_bytes) return abandon();
  drive(lock);
}

void Connection::end_of_input() {
  const Lock lock(mutex_);
  input_ended_ = true;
}

void Connection::kill() {
  const Lock lock(mutex_);
  abandon();
}

void Connection::detach() {
  const Lock lock(mutex_);
  abandon();
  worker_ = nullptr;
}

void Connection::sweep(Clock::time_point now) {
  Lock lock(mutex_);
  if (state_ == State::kTaken || dead_) return;
  const bool idle = state_ == State::kReading && !reader_;
  if (idle && core_->draining) return abandon();
  if (state_ == State::kBusy && !waiting_writable_) return;  // a handler takes the time it needs
  if (now < deadline_) return;
  if (reader_ && state_ == State::kReading) return refuse(Response::error(408, "Request Timeout"), lock);
  abandon();
}

// --- Input -------------------------------------------------------------------------------------------

void Connection::drive(Lock& lock) {
  if (driving_) return;
  driving_ = true;
  while (state_ == State::kReading && !dead_ && advance(lock)) {
  }
  driving_ = false;
}

bool Connection::advance(Lock& lock) {
  const auto& limits = core_->options.limits;
  if (!reader_) {
    if (input_.view().substr(0, 2) == "\r\n") input_.consume(2);  // RFC 9112, 2.2
    if (input_.empty()) return false;
    reader_.emplace(limits.head_bytes, limits.body_bytes);
    more_headers_.clear();
    method_.clear();
    request_line_.clear();
    route_ = nullptr;
    judged_ = Clock::now();
  }
  switch (reader_->read(input_)) {
    case RequestReader::Progress::kNeedMore:
      return false;
    case RequestReader::Progress::kError:
      refuse(Response::error(reader_->status(), reader_->detail()), lock);
      return false;
    case RequestReader::Progress::kHead:
      judge(lock);
      return true;
    case RequestReader::Progress::kComplete:
      dispatch(lock);
      return true;
  }
  return false;
}

void Connection::judge(Lock& lock) {
  Request& request = reader_->request();
  request.id = id_of(request);
  request_id_ = request.id;
  method_ = request.method;
  judged_ = Clock::now();
  version_ = reader_->version();
  keep_alive_ = reader_->keep_alive();
  head_only_ = request.method == "HEAD";
  if (log::enabled(log::Level::kDebug)) request_line_ = request.method + " " + request.path;
  Verdict verdict;
  try {
    verdict = core_->dispatcher.judge(request, peer_, reader_->wants_upgrade());
  } catch (const std::exception& e) {
    log::error("http", e.what(), {.request = request_id_});
    verdict.answer = Response::internal_error();
  }
  if (verdict.socket != nullptr) return hand_over(*verdict.socket, verdict.ask_first_message);
  route_ = verdict.route;
  early_answer_ = std::move(verdict.answer);
  more_headers_ = std::move(verdict.more_headers);
  more_headers_.emplace_back("x-request-id", request_id_);
  if (!reader_->has_body()) return;
  if (!prepare_body())
    refuse(early_answer_ ? *early_answer_ : Response::error(413, "Request Entity Too Large"), lock);
}

// False: the body is not wanted, and too long to be skipped.
bool Connection::prepare_body() {
  const auto length = reader_->body_length();
  if (early_answer_) return length && *length <= kSkippedBody && !reader_->expects_continue();
  if (length && *length > core_->options.limits.body_bytes) return false;
  if (reader_->expects_continue() && input_.empty()) write_some("HTTP/1.1 100 Continue\r\n\r\n");
  arm(core_->options.limits.body_time);
  return true;
}

void Connection::dispatch(Lock& lock) {
  Request request = std::move(reader_->request());
  reader_.reset();
  state_ = State::kBusy;
  if (early_answer_) {
    Response response = std::move(*early_answer_);
    early_answer_.reset();
    return respond(std::move(response), lock);
  }
  Reply reply([self = shared_from_this()](Response response) { self->answer(std::move(response)); });
  const Route& route = *route_;
  lock.unlock();
  core_->dispatcher.run(route, std::move(request), std::move(reply));
  lock.lock();
}

void Connection::hand_over(const SocketRoute& route, bool ask_first_message) {
  state_ = State::kTaken;
  worker_->post([self = shared_from_this(), &route, ask_first_message](PistacheWorker& worker) {
    self->take_over(worker, route, ask_first_message);
  });
}

void Connection::take_over(PistacheWorker& worker, const SocketRoute& route, bool ask_first_message) {
  const auto pistache_peer = pistache_peer_.lock();
  if (!pistache_peer || !worker.release(pistache_peer)) return;  // the client left meanwhile
  Lock lock(mutex_);
  if (dead_) return;
  SocketHandover handover{.fd = std::move(fd_),
                          .ticket = std::move(*ticket_),
                          .head = reader_->take_head(),
                          .request = std::move(reader_->request()),
                          .unread = input_.take(),
                          .route = &route,
                          .ask_first_message = ask_first_message};
  ticket_.reset();
  lock.unlock();
  note(101, route.pattern);
  WebSocketSession::start(core_, std::move(handover));
}

// --- Answers -----------------------------------------------------------------------------------------

void Connection::answer(Response response) {
  Lock lock(mutex_);
  if (state_ == State::kBusy && !dead_) respond(std::move(response), lock);
}

void Connection::respond(Response response, Lock& lock) {
  static const std::string unnamed_failure = Response::internal_error().body;
  if (response.status == 500 && response.body == unnamed_failure) {
    response = Response::internal_error(request_id_);
    log::error("http", "a request failed or was left unanswered", {.request = request_id_});
  }
  keep_alive_ = keep_alive_ && !core_->draining;
  note(response.status, route_ == nullptr ? std::string_view() : route_->pattern);
  push(render(response, more_headers_,
              {.version = version_, .keep_alive = keep_alive_, .head_only = head_only_}),
       lock);
}

void Connection::refuse(const Response& response, Lock& lock) {
  const bool head_only = reader_ && reader_->head_complete() && head_only_;
  reader_.reset();
  early_answer_.reset();
  input_.clear();
  state_ = State::kBusy;
  keep_alive_ = false;
  note(response.status, route_ == nullptr ? std::string_view() : route_->pattern);
  push(render(response, more_headers_, {.version = version_, .keep_alive = false, .head_only = head_only}),
       lock);
}

void Connection::note(int status, std::string_view pattern) const {
  if (auto* observer = core_->options.observer; observer != nullptr)
    observer->answered({method_, pattern, status, Clock::now() - judged_});
  if (!log::enabled(log::Level::kDebug)) return;
  log::debug("http", peer_.remote.address + " " + request_line_ + " " + std::to_string(status),
             {.request = request_id_});
}

// --- Output: straight into the socket; only when that is full Asio watches it -----------------------------

ssize_t Connection::write_some(std::string_view bytes) const {
  return ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void Connection::push(std::string bytes, Lock& lock) {
  output_ = std::move(bytes);
  written_ = 0;
  arm(core_->options.limits.write_stall);
  flush(lock);
}

void Connection::flush(Lock& lock) {
  while (written_ < output_.size()) {
    const ssize_t n = write_some(std::string_view(output_).substr(written_));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return wait_writable();
    if (n < 0) return abandon();
    written_ += static_cast<std::size_t>(n);
    arm(core_->options.limits.write_stall);
  }
  finished(lock);
}

void Connection::wait_writable() {
  waiting_writable_ = true;
  if (!writable_) {
    const int duplicate = ::fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0);
    if (duplicate < 0) return abandon();
    writable_.emplace(core_->io, duplicate);
  }
  writable_->async_wait(boost::asio::posix::stream_descriptor::wait_write,
                        [self = shared_from_this()](boost::system::error_code) {
                          Lock lock(self->mutex_);
                          self->waiting_writable_ = false;
                          if (!self->dead_) self->flush(lock);
                        });
}

void Connection::finished(Lock& lock) {
  output_.clear();
  if (output_.capacity() > kSkippedBody) output_.shrink_to_fit();
  written_ = 0;
  if (!keep_alive_ || input_ended_) {
    ::shutdown(fd_.get(), SHUT_WR);
    state_ = State::kClosing;
    return arm(core_->options.limits.linger);
  }
  state_ = State::kReading;
  arm(input_.empty() ? core_->options.limits.idle_time : core_->options.limits.head_time);
  if (input_.empty() || driving_) return;
  if (PistacheWorker::current() == worker_) return drive(lock);
  worker_->post([self = shared_from_this()](PistacheWorker&) {
    Lock again(self->mutex_);
    self->drive(again);
  });
}

void Connection::abandon() {
  ::shutdown(fd_.get(), SHUT_RDWR);
  dead_ = true;
  if (state_ != State::kTaken) state_ = State::kClosing;
  output_.clear();
  written_ = 0;
}

}  // namespace collet::http::detail
