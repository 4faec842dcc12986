#include "pty/pty_session.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "collet/json.hpp"
#include "system/pty.hpp"

namespace collet::bash {
namespace {

constexpr std::size_t kReadAtOnce = 256U << 10;
constexpr std::size_t kFrameBytes = 64U << 10;
constexpr int kEndGraceMs = 1000;
constexpr int kNormalClose = 1000, kRefused = 1008, kTryLater = 1013;

json::Writer& offsets(json::Writer& w, std::string_view type, std::uint64_t from, std::uint64_t to) {
  return w.object()
      .member("type", type)
      .member("from", static_cast<std::int64_t>(from))
      .member("to", static_cast<std::int64_t>(to));
}

}  // namespace

std::string to_json(const PtyInfo& info) {
  const auto moment = [](Micros at) { return utc_timestamp(at); };
  json::Writer w;
  w.object().member("id", info.id).key("command").array();
  for (const auto& word : info.request.command) w.value(word);
  w.end().member("cwd", info.request.cwd).member("rows", info.request.rows);
  w.member("columns", info.request.columns).member("pid", static_cast<std::int64_t>(info.pid));
  w.member("started_at", moment(info.started));
  w.member("ended_at", info.ended ? std::optional<std::string>(moment(*info.ended)) : std::nullopt);
  w.member("exit_code", info.exit_code);
  w.member("first_offset", static_cast<std::int64_t>(info.first_offset));
  w.member("next_offset", static_cast<std::int64_t>(info.next_offset));
  w.member("viewers", static_cast<std::int64_t>(info.viewers)).end();
  return w.take();
}

std::shared_ptr<PtySession> PtySession::start(std::shared_ptr<EventLoop> loop, Launcher& launcher,
                                              Sessions sessions, PtyRequest request, Limits limits) {
  std::shared_ptr<PtySession> session(new PtySession(std::move(loop), sessions, std::move(request), limits));
  session->launch(launcher);
  return session;
}

PtySession::PtySession(std::shared_ptr<EventLoop> loop, Sessions sessions, PtyRequest request, Limits limits)
    : loop_(std::move(loop)),
      sessions_(sessions),
      request_(std::move(request)),
      limits_(limits),
      output_(limits.kept_bytes) {}

PtySession::~PtySession() {
  loop_->cancel(pause_timer_);
  loop_->cancel(patience_timer_);
  unwatch();
  if (child_) child_->end(kEndGraceMs);
}

void PtySession::launch(Launcher& launcher) {
  Pty pty = open_interactive_pty(request_.rows, request_.columns);
  master_ = std::move(pty.master);
  LaunchRequest request;
  request.argv = request_.command;
  request.environment = request_.environment;
  request.environment.emplace("TERM", "xterm-256color");
  request.working_dir = request_.cwd;
  request.stdin_fd = request.stdout_fd = request.stderr_fd = pty.slave.get();
  request.terminal = true;
  // The exit comes from a thread of the host's, perhaps long after us.
  child_ = launcher.launch(request, [loop = loop_, weak = weak_from_this()](int status) {
    loop->post([weak, status] {
      if (const auto self = weak.lock()) self->on_exit(status);
    });
  });
  watch();
}

PtyInfo PtySession::info() const {
  return {id_,        request_,        child_->pid(), started_,       ended_,
          exit_code_, output_.begin(), output_.end(), viewers_.size()};
}

std::optional<EventLoop::Clock::time_point> PtySession::unseen_since() const {
  if (!viewers_.empty()) return std::nullopt;
  return unseen_since_;
}

// ---- The terminal

void PtySession::watch() {
  if (watching_ || !master_.valid()) return;
  watching_ = true;
  loop_->watch(master_.get(), EPOLLIN | (pending_.empty() ? 0U : static_cast<unsigned>(EPOLLOUT)),
               [weak = weak_from_this()](std::uint32_t events) {
                 if (const auto self = weak.lock()) self->on_ready(events);
               });
}

void PtySession::unwatch() {
  if (std::exchange(watching_, false)) loop_->unwatch(master_.get());
}

void PtySession::on_ready(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0) write_pending();
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) return;
  const bool more = read_some(kReadAtOnce);
  show();
  if (held_up() || (more && viewers_.empty())) rest();
}

// True: there may be more.
bool PtySession::read_some(std::size_t limit) {
  char buffer[16384];
  for (std::size_t total = 0; total < limit;) {
    const auto got = ::read(master_.get(), buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return false;
    if (got <= 0) {  // EIO: nobody has the other side open any more; the exit follows
      unwatch();
      return false;
    }
    total += static_cast<std::size_t>(got);
    output_.append({buffer, static_cast<std::size_t>(got)});
  }
  return true;
}

bool PtySession::type(std::string_view bytes) {
  if (ended_) return true;  // as after the end of a program in any terminal
  if (pending_.size() + bytes.size() > limits_.input_bytes) return false;
  pending_ += bytes;
  write_pending();
  return true;
}

void PtySession::write_pending() {
  std::size_t done = 0;
  while (done < pending_.size()) {
    const auto written = ::write(master_.get(), pending_.data() + done, pending_.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno != EAGAIN) done = pending_.size();  // nobody will read it
    if (written < 0) break;
    done += static_cast<std::size_t>(written);
  }
  pending_.erase(0, done);
  if (watching_)
    loop_->change(master_.get(), EPOLLIN | (pending_.empty() ? 0U : static_cast<unsigned>(EPOLLOUT)));
}

void PtySession::resize(int rows, int columns) {
  request_.rows = rows;
  request_.columns = columns;
  resize_pty(master_.get(), rows, columns);
  json::Writer w;
  w.object().member("type", "resize").member("rows", rows).member("columns", columns).end();
  const std::string text = w.take();
  // A viewer that is full misses it; it lays out what comes by the size it has.
  for (const auto& [session, viewer] : viewers_) sessions_.send(session, text);
}

bool PtySession::signal(int number) { return !ended_ && child_->signal(number); }

void PtySession::end() { child_->end(kEndGraceMs); }

void PtySession::on_exit(int status) {
  // What is in the terminal belongs to the program; what a child it left behind would still say does not.
  read_some(limits_.kept_bytes);
  unwatch();
  loop_->cancel(std::exchange(pause_timer_, 0));
  child_->end(kEndGraceMs);
  exit_code_ = status;
  ended_ = now_micros();
  pending_.clear();
  show();
}

// ---- Its viewers

void PtySession::attach(SessionId session, std::optional<std::uint64_t> from) {
  if (viewers_.size() >= limits_.viewers)
    return sessions_.close(session, kTryLater, "Too many watch this terminal");
  if (from && *from > output_.end())
    return sessions_.close(session, kRefused, "There is no output at this offset yet");
  Viewer viewer;
  viewer.next = from.value_or(output_.begin());
  auto now = info();
  now.viewers += 1;
  json::Writer w;
  w.object().member("type", "pty").member("from", static_cast<std::int64_t>(viewer.next));
  w.raw_member("pty", to_json(now)).end();
  sessions_.send(session, w.take());
  show(session, viewers_[session] = viewer);
}

void PtySession::detach(SessionId session) {
  if (viewers_.erase(session) > 0) unseen_since_ = Clock::now();
  go_on();
}

void PtySession::close_viewers() const {
  for (const auto& [session, viewer] : viewers_)
    sessions_.close(session, kNormalClose, "The terminal was removed");
}

void PtySession::drained(SessionId session) {
  const auto found = viewers_.find(session);
  if (found == viewers_.end()) return;
  found->second.full = false;
  show(session, found->second);
  go_on();
}

void PtySession::show() {
  for (auto& [session, viewer] : viewers_) show(session, viewer);
}

void PtySession::show(SessionId session, Viewer& viewer) {
  while (!viewer.full && viewer.next < output_.end()) {
    if (viewer.next < output_.begin() && !show_gap(session, viewer)) return;
    const auto piece = output_.read(viewer.next, kFrameBytes);
    const auto sent = sessions_.send_binary(session, piece);
    if (sent == Sent::kClosed) return;  // detach() follows
    if (sent == Sent::kFull) {
      viewer.full = true;
      return;
    }
    viewer.next += piece.size();
  }
  if (viewer.full) return;
  viewer.given_up = false;
  if (ended_ && !std::exchange(viewer.told_end, true)) show_end(session, viewer);
}

bool PtySession::show_gap(SessionId session, Viewer& viewer) const {
  json::Writer w;
  offsets(w, "gap", viewer.next, output_.begin()).end();
  const auto sent = sessions_.send(session, w.take());
  viewer.full = sent == Sent::kFull;
  if (sent == Sent::kQueued) viewer.next = output_.begin();
  return sent == Sent::kQueued;
}

void PtySession::show_end(SessionId session, Viewer& viewer) const {
  json::Writer w;
  w.object().member("type", "exit").member("exit_code", exit_code_);
  w.member("next_offset", static_cast<std::int64_t>(output_.end())).end();
  if (sessions_.send(session, w.take()) == Sent::kFull) {
    viewer.full = true;
    viewer.told_end = false;
    return;
  }
  sessions_.close(session, kNormalClose, "The program has ended");
}

// Whether a viewer is so far behind that its next bytes would be overwritten soon.
bool PtySession::held_up() const {
  return std::any_of(viewers_.begin(), viewers_.end(), [this](const auto& entry) {
    const Viewer& viewer = entry.second;
    return viewer.full && !viewer.given_up && output_.end() - viewer.next > limits_.kept_bytes / 2;
  });
}

// Stops reading: the program then waits in its write. For a moment where nobody looks, else until the slow
// viewers have caught up or have had their time.
void PtySession::rest() {
  unwatch();
  if (held_up()) {
    if (patience_timer_ == 0) patience_timer_ = loop_->after(limits_.patience, [this] { give_up_on_slow(); });
  } else {
    pause_timer_ = loop_->after(limits_.unseen_pause, [this] {
      pause_timer_ = 0;
      go_on();
    });
  }
}

void PtySession::go_on() {
  if (held_up()) return;
  loop_->cancel(std::exchange(patience_timer_, 0));
  if (!ended_ && pause_timer_ == 0) watch();
}

void PtySession::give_up_on_slow() {
  patience_timer_ = 0;
  for (auto& [session, viewer] : viewers_) viewer.given_up = viewer.given_up || viewer.full;
  go_on();
}

}  // namespace collet::bash
