#include "http/detail/connection.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <memory>
#include <utility>

#include "base/id.hpp"
#include "base/log.hpp"
#include "http/detail/websocket_session.hpp"

namespace collet::http::detail {
namespace {

constexpr std::size_t kLongestRequestId = 64;
constexpr std::size_t kLargeBody = 1024 * 1024;

// A proxy's or client's own id is kept, where it can stand in a log line.
std::string id_of(const Request& request) {
  const auto given = request.header("x-request-id").value_or("");
  const bool fits = !given.empty() && given.size() <= kLongestRequestId &&
                    std::all_of(given.begin(), given.end(), [](unsigned char c) {
                      return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
                    });
  return fits ? std::string(given) : without_dashes(new_uuid());
}

// A body that has ended before it is asked for.
class EmptyBody final : public BodyStream {
 public:
  void next(OnPiece on_piece) override {
    on_piece({asked_.exchange(true) ? Piece::Kind::kBroken : Piece::Kind::kEnd, ""});
  }

 private:
  std::atomic<bool> asked_{false};
};

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
  { const std::lock_guard lock(mutex_); }
  core_->connections.remove(this);
}

Connection::Turn::~Turn() {
  if (!lock_.owns_lock()) lock_.lock();  // something was thrown
  const auto news = std::exchange(connection_.news_, {});
  lock_.unlock();
  for (const auto& tell : news) {
    try {
      tell();
    } catch (const std::exception& e) {
      log::error("http", e.what());
    }
  }
}

bool Connection::feed(std::string_view bytes) {
  Turn turn(*this);
  take_in(bytes, turn);
  return state_ != State::kTaken;
}

void Connection::take_in(std::string_view bytes, Turn& turn) {
  if (state_ == State::kClosing || dead_) return;  // what a refused client still sends
  input_.append(bytes);
  const bool reading = state_ == State::kReading;
  if (!reading && !is_ours_ && input_.size() > core_->options.limits.pipeline_bytes) return abandon();
  drive(turn);
}

void Connection::end_of_input() {
  const Turn turn(*this);
  input_ended_ = true;
  // A client that has only closed its side is taken for one that has left: else nobody would tell the source,
  // which may be silent for long.
  if (outgoing_.has_source()) abandon();
}

void Connection::kill() {
  const Turn turn(*this);
  abandon("the connection was closed");
}

void Connection::detach() {
  const Turn turn(*this);
  abandon("the server is going down");
  worker_ = nullptr;
}

void Connection::sweep(Clock::time_point now) {
  Turn turn(*this);
  if (state_ == State::kTaken || dead_) return;
  const bool idle = state_ == State::kReading && !reader_ && !intake_;
  if (idle && core_->draining) return abandon();
  const bool wants_body = state_ == State::kBusy && intake_ && intake_->is_wanted();
  // A handler takes the time it needs.
  if (state_ == State::kBusy && !waiting_writable_ && !wants_body) return;
  if (now < deadline_) return;
  if (wants_body || (reader_ && state_ == State::kReading))
    return refuse(Response::error(408, "Request Timeout"), turn);
  abandon();
}

// --- Input -------------------------------------------------------------------------------------------

void Connection::drive(Turn& turn) {
  if (driving_) return;
  driving_ = true;
  while (state_ == State::kReading && !dead_ && advance(turn)) {
  }
  driving_ = false;
  watch_input();
}

bool Connection::advance(Turn& turn) {
  const auto& limits = core_->options.limits;
  if (intake_) {
    if (!intake_->skip(input_)) return false;
    intake_.reset();
    arm(input_.empty() ? limits.idle_time : limits.head_time);
  }
  if (!reader_ && !begin_request()) return false;
  switch (reader_->read(input_)) {
    case RequestReader::Progress::kNeedMore:
      if (reader_->body_has_grown()) arm(limits.body_time);
      return false;
    case RequestReader::Progress::kError:
      refuse(Response::error(reader_->status(), reader_->detail()), turn);
      return false;
    case RequestReader::Progress::kHead:
      judge(turn);
      return true;
    case RequestReader::Progress::kComplete:
      dispatch(turn);
      return true;
  }
  return false;
}

// False: nothing of it has come yet. One empty line before it is read over (RFC 9112, 2.2), which is no
// progress.
bool Connection::begin_request() {
  const auto& limits = core_->options.limits;
  if (!blank_line_ && input_.view().substr(0, 2) == "\r\n") {
    input_.consume(2);
    blank_line_ = true;
  }
  if (input_.empty() || (!blank_line_ && input_.view() == "\r")) return false;
  blank_line_ = false;
  reader_.emplace(limits.head_bytes, limits.body_bytes);
  more_headers_.clear();
  method_.clear();
  request_line_.clear();
  route_ = nullptr;
  judged_ = Clock::now();
  deadline_ = judged_ + limits.head_time;
  ++serial_;
  return true;
}

void Connection::name_request() {
  request_id_ = id_of(reader_->request());
  reader_->request().id = request_id_;
}

void Connection::judge(Turn& turn) {
  Request& request = reader_->request();
  name_request();
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
  if (route_ != nullptr && route_->streamed) return begin_stream(turn);
  if (!prepare_body())
    refuse(early_answer_ ? *early_answer_ : Response::error(413, "Request Entity Too Large"), turn);
}

// False: the body is not wanted, and too long to be skipped.
bool Connection::prepare_body() {
  const auto length = reader_->body_length();
  if (early_answer_) return length && *length <= kSkippedBody && !reader_->expects_continue();
  const auto limit = route_->takes_body ? core_->options.limits.body_bytes : kSkippedBody;
  if (length && *length > limit) return false;
  reader_->limit_body(limit);
  if (reader_->expects_continue() && input_.empty()) send_continue();
  arm(core_->options.limits.body_time);
  return true;
}

void Connection::dispatch(Turn& turn) {
  Request request = std::move(reader_->request());
  reader_.reset();
  state_ = State::kBusy;
  has_large_body_ = request.body.size() >= kLargeBody;
  if (early_answer_) {
    Response response = std::move(*early_answer_);
    early_answer_.reset();
    return respond(std::move(response), turn);
  }
  if (route_->streamed) request.stream = std::make_shared<EmptyBody>();
  run_handler(std::move(request), turn);
}

void Connection::run_handler(Request request, Turn& turn) {
  is_owed_answer_ = true;
  Reply reply([self = shared_from_this()](Response response) { self->answer(std::move(response)); });
  const Route& route = *route_;
  turn.unlock();
  core_->dispatcher.run(route, std::move(request), std::move(reply));
  turn.lock();
}

void Connection::hand_over(const SocketRoute& route, bool ask_first_message) {
  leave_pistache([&route, ask_first_message](Connection& self) { self.take_over(route, ask_first_message); });
}

// With a Turn of its caller's: the session is started when that ends.
void Connection::take_over(const SocketRoute& route, bool ask_first_message) {
  const auto handover =
      std::make_shared<SocketHandover>(SocketHandover{.fd = std::move(fd_),
                                                      .ticket = std::move(*ticket_),
                                                      .head = reader_->take_head(),
                                                      .request = std::move(reader_->request()),
                                                      .unread = input_.take(),
                                                      .route = &route,
                                                      .ask_first_message = ask_first_message});
  ticket_.reset();
  watch_.reset();
  news_.emplace_back([self = shared_from_this(), handover] {
    self->note(101, handover->route->pattern);
    WebSocketSession::start(self->core_, std::move(*handover));
  });
}

void Connection::abandon(std::string why) {
  ::shutdown(fd_.get(), SHUT_RDWR);
  if (!std::exchange(dead_, true)) dead_why_ = why;
  if (state_ != State::kTaken) state_ = State::kClosing;
  if (intake_)
    if (auto tell = intake_->break_off(std::move(why))) news_.push_back(std::move(tell));
  intake_.reset();
  // Destroyed with the news, when there is no lock.
  if (auto source = outgoing_.drop()) news_.emplace_back([source] {});
}

}  // namespace collet::http::detail
