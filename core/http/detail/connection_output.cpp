// What Connection answers, and how it gets into the socket.
#include "http/detail/connection.hpp"  // first: it puts <utility> before Asio

#include <sys/socket.h>

#include <boost/asio/post.hpp>
#include <memory>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "http/detail/render.hpp"

namespace collet::http::detail {
namespace {

bool has_no_body(int status) { return status == 204 || status == 304; }

Outgoing::Framing framing_of(const Response& response, unsigned version) {
  if (!response.content || response.content->size()) return Outgoing::Framing::kLength;
  return version == 10 ? Outgoing::Framing::kClose : Outgoing::Framing::kChunked;
}

// Not shutdown(2), which the client could take for the end.
void reset_connection(int fd) {
  sockaddr nowhere{};
  nowhere.sa_family = AF_UNSPEC;
  static_cast<void>(::connect(fd, &nowhere, sizeof nowhere));
}

}  // namespace

void Connection::answer(Response response) {
  Turn turn(*this);
  if (is_owed_answer_ && !dead_) respond(std::move(response), turn);
}

void Connection::respond(Response response, Turn& turn) {
  is_owed_answer_ = false;
  if (std::exchange(has_large_body_, false)) core_->has_freed_much = true;
  if (response.content && !response.content->file && !response.content->source)  // it was sent before
    response = Response::internal_error();
  static const std::string unnamed_failure = Response::internal_error().body;
  if (response.status == 500 && response.body == unnamed_failure) {
    response = Response::internal_error(request_id_);
    log::error("http", "a request failed or was left unanswered", {.request = request_id_});
  }
  settle_body();
  const bool bodiless = head_only_ || has_no_body(response.status);
  const auto framing = framing_of(response, version_);
  keep_alive_ = keep_alive_ && !core_->draining && (bodiless || framing != Outgoing::Framing::kClose);
  note(response.status, route_ == nullptr ? std::string_view() : route_->pattern);
  std::string head = render(response, more_headers_,
                            {.version = version_, .keep_alive = keep_alive_, .head_only = head_only_});
  if (bodiless && response.content) news_.emplace_back([content = std::move(response.content)] {});
  push(std::move(head), std::move(response.content), framing, turn);
}

void Connection::refuse(const Response& response, Turn& turn) {
  const bool is_judged = !reader_ || reader_->head_complete();
  if (!is_judged) {
    name_request();
    more_headers_.emplace_back("x-request-id", request_id_);
  }
  const bool head_only = reader_ && is_judged && head_only_;
  reader_.reset();
  early_answer_.reset();
  input_.clear();
  if (intake_)
    if (auto tell = intake_->break_off("the request was answered " + std::to_string(response.status)))
      news_.push_back(std::move(tell));
  intake_.reset();
  state_ = State::kBusy;
  keep_alive_ = false;
  is_owed_answer_ = false;
  note(response.status, route_ == nullptr ? std::string_view() : route_->pattern);
  push(render(response, more_headers_, {.version = version_, .keep_alive = false, .head_only = head_only}),
       nullptr, Outgoing::Framing::kLength, turn);
}

void Connection::note(int status, std::string_view pattern) const {
  if (auto* observer = core_->options.observer; observer != nullptr)
    observer->answered({method_, pattern, status, Clock::now() - judged_});
  if (!log::enabled(log::Level::kDebug)) return;
  log::debug("http", peer_.remote.address + " " + request_line_ + " " + std::to_string(status),
             {.request = request_id_});
}

// --- Output: straight into the socket; only when that is full Asio watches it -----------------------------

void Connection::push(std::string bytes, std::shared_ptr<Content> content, Outgoing::Framing framing,
                      Turn& turn) {
  outgoing_.begin(std::move(bytes), std::move(content), framing);
  arm(core_->options.limits.write_stall);
  // Where its client has closed its side before there was a source to tell.
  if (outgoing_.has_source() && input_ended_) return abandon();
  flush(turn);
}

void Connection::flush(Turn& turn) {
  for (;;) {
    const auto before = outgoing_.written();
    const auto progress = outgoing_.write(fd_.get());
    if (outgoing_.written() != before) arm(core_->options.limits.write_stall);
    switch (progress) {
      case Outgoing::Progress::kDone:
        return finished(turn);
      case Outgoing::Progress::kFull:
        return wait_writable();
      case Outgoing::Progress::kTurn:
        waiting_writable_ = true;
        return boost::asio::post(core_->io, [self = shared_from_this()] { self->go_on(); });
      case Outgoing::Progress::kPiece:
        if (!pull_source(turn)) return;
        break;
      case Outgoing::Progress::kGone:
        return abandon();
      case Outgoing::Progress::kShort:
        return cut("its file has become shorter, or cannot be read");
    }
  }
}

void Connection::go_on() {
  Turn turn(*this);
  waiting_writable_ = false;
  if (!dead_) flush(turn);
}

// True: the piece is there already.
bool Connection::pull_source(Turn& turn) {
  asked_ = true;
  pulling_ = true;
  auto source = outgoing_.source();
  const auto number = serial_;
  turn.unlock();
  std::string thrown;
  try {
    source->read([self = shared_from_this(), number](Piece piece) { self->give(number, std::move(piece)); });
  } catch (const std::exception& e) {
    thrown = e.what();
    if (thrown.empty()) thrown = "it threw";
  }
  source.reset();  // it may be the last one
  turn.lock();
  pulling_ = false;
  if (!dead_ && !thrown.empty()) cut(thrown);
  return !dead_ && !asked_;
}

void Connection::give(std::uint64_t serial, Piece piece) {
  Turn turn(*this);
  if (serial != serial_ || dead_ || !outgoing_.has_source() || !std::exchange(asked_, false)) return;
  if (!outgoing_.add(std::move(piece))) return cut(outgoing_.why());
  if (!pulling_) flush(turn);
}

void Connection::cut(const std::string& why) {
  log::warning("http", "an answer was broken off: " + why, {.request = request_id_});
  if (outgoing_.framing() == Outgoing::Framing::kClose) reset_connection(fd_.get());
  abandon();
}

void Connection::wait_writable() {
  if (!watch()) return abandon();
  waiting_writable_ = true;
  watch_->async_wait(boost::asio::posix::stream_descriptor::wait_write,
                     [self = shared_from_this()](boost::system::error_code) { self->go_on(); });
}

void Connection::finished(Turn& turn) {
  if (auto source = outgoing_.drop()) news_.emplace_back([source] {});
  const auto& limits = core_->options.limits;
  if (!keep_alive_ || input_ended_) {
    ::shutdown(fd_.get(), SHUT_WR);
    state_ = State::kClosing;
    arm(limits.linger);
    return watch_input();
  }
  state_ = State::kReading;
  arm(intake_ ? limits.body_time : input_.empty() ? limits.idle_time : limits.head_time);
  if (driving_) return;
  if (input_.empty()) return watch_input();
  if (is_ours_) {
    return boost::asio::post(core_->io, [self = shared_from_this()] {
      Turn again(*self);
      self->drive(again);
    });
  }
  if (PistacheWorker::current() == worker_) return drive(turn);
  worker_->post([self = shared_from_this()](PistacheWorker&) {
    Turn again(*self);
    self->drive(again);
  });
}

}  // namespace collet::http::detail
