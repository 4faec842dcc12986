#include "terminal/shell_session.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <system_error>

#include "system/identity.hpp"
#include "system/pty.hpp"
#include "terminal/shell_script.hpp"

namespace collet::bash {
namespace {

constexpr std::size_t kReadAtOnce = 256U << 10;
constexpr std::size_t kMaxPendingInput = 256U << 10;
constexpr std::size_t kMaxFinalOutput = 64U << 20;  // read after the shell's end
constexpr int kEndGraceMs = 1000;

void write_file(const std::string& path, std::string_view text) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  while (file.valid() && !text.empty()) {
    const auto written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) break;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (!text.empty() || !file.valid())
    throw std::system_error(errno, std::generic_category(), "cannot write " + path);
}

}  // namespace

std::shared_ptr<ShellSession> ShellSession::start(std::shared_ptr<EventLoop> loop, Launcher& launcher,
                                                  const Options& options, Events events) {
  std::shared_ptr<ShellSession> session(
      new ShellSession(std::move(loop), new_id(), options.mask, std::move(events)));
  session->launch(launcher, options);
  return session;
}

ShellSession::ShellSession(std::shared_ptr<EventLoop> loop, std::string nonce, Mask mask, Events events)
    : loop_(std::move(loop)),
      nonce_(std::move(nonce)),
      events_(std::move(events)),
      mask_(std::move(mask)),
      marks_(
          nonce_, [this](std::string_view bytes) { on_bytes(bytes, false); },
          [this](const Mark& mark) { on_mark(mark); }),
      filter_([this](std::string_view text) { events_.text(text); }) {}

ShellSession::~ShellSession() {
  loop_->cancel(pause_timer_);
  take_back_handed_over();
  if (watching_) loop_->unwatch(master_.get());
  if (child_) child_->end(kEndGraceMs);
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

void ShellSession::launch(Launcher& launcher, const Options& options) {
  folder_ = options.spool_dir + "/" + new_id();
  if (::mkdir(folder_.c_str(), 0700) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot make " + folder_);
  command_pipe_ = folder_ + "/command";
  if (::mkfifo(command_pipe_.c_str(), 0600) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot make " + command_pipe_);
  const std::string script = folder_ + "/start";
  write_file(script, shell_script(nonce_, command_pipe_, options.load_bashrc));

  Pty pty = open_pty();
  master_ = std::move(pty.master);
  LaunchRequest request;
  // Not --rcfile: with it some systems read theirs first, which may take as long as it likes. The script
  // comes in as the first line instead.
  request.argv = {"bash", "--noprofile", "--norc", "--noediting", "-i"};
  pending_ = " . " + quoted(script) + "\n";
  // Pagers would wait for keys that nobody presses.
  request.environment = {{"TERM", "xterm-256color"}, {"PAGER", "cat"},         {"GIT_PAGER", "cat"},
                         {"MANPAGER", "cat"},        {"SYSTEMD_PAGER", "cat"}, {"PS1", ""}};
  request.working_dir = options.working_dir;
  request.stdin_fd = request.stdout_fd = request.stderr_fd = pty.slave.get();
  request.terminal = true;
  // The exit comes from a thread of the host's, perhaps long after us.
  std::weak_ptr<ShellSession> weak = weak_from_this();
  child_ = launcher.launch(request, [loop = loop_, weak](int status) {
    loop->post([weak, status] {
      if (const auto self = weak.lock()) self->on_exit(status);
    });
  });
  watch();
}

void ShellSession::watch() {
  watching_ = true;
  loop_->watch(master_.get(), EPOLLIN | (pending_.empty() ? 0U : static_cast<unsigned>(EPOLLOUT)),
               [weak = weak_from_this()](std::uint32_t events) {
                 if (const auto self = weak.lock()) self->on_ready(events);
               });
}

void ShellSession::on_ready(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0) write_pending();
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) return;
  if (drain(kReadAtOnce) && pause_.count() > 0) rest();
}

// Stops reading for a while: the program then waits in its write.
void ShellSession::rest() {
  if (!watching_) return;
  loop_->unwatch(master_.get());
  watching_ = false;
  pause_timer_ = loop_->after(pause_, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && !self->closed_) self->watch();
  });
}

bool ShellSession::drain(std::size_t limit) {
  char buffer[16384];
  for (std::size_t total = 0; total < limit;) {
    const auto got = ::read(master_.get(), buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return false;
    if (got <= 0) {  // EIO: nobody has the other side open any more; the exit follows
      closed_ = true;
      if (watching_) loop_->unwatch(master_.get());
      watching_ = false;
      return false;
    }
    total += static_cast<std::size_t>(got);
    marks_.push({buffer, static_cast<std::size_t>(got)});
  }
  return true;
}

void ShellSession::on_bytes(std::string_view bytes, bool last) {
  if (mask_)
    filter_.push(mask_(bytes, last));
  else
    filter_.push(bytes);
}

void ShellSession::on_mark(const Mark& mark) {
  if (mark.kind != Mark::Kind::kReady) take_back_handed_over();
  if (mark.kind != Mark::Kind::kBegin) on_bytes({}, true);
  filter_.reset();
  events_.mark(mark);
}

void ShellSession::on_exit(int status) {
  drain(kMaxFinalOutput);
  on_bytes({}, true);
  filter_.flush();
  events_.exited(status);
}

// Our end is open for reading too, so that what is written waits for the shell; with nobody there it is lost.
bool ShellSession::hand_over(std::string text) {
  take_back_handed_over();
  handed_over_.reset(::open(command_pipe_.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!handed_over_.valid()) return false;
  text_ = std::move(text);
  written_ = 0;
  loop_->watch(handed_over_.get(), EPOLLOUT, [weak = weak_from_this()](std::uint32_t) {
    if (const auto self = weak.lock()) self->write_handed_over();
  });
  write_handed_over();
  return true;
}

void ShellSession::write_handed_over() {
  while (written_ < text_.size()) {
    const auto written = ::write(handed_over_.get(), text_.data() + written_, text_.size() - written_);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return;  // it is full: the shell reads
    written_ += static_cast<std::size_t>(written);
  }
  loop_->unwatch(handed_over_.get());
  text_.clear();
}

// The command has begun, or is over: what the shell has not read is thrown away.
void ShellSession::take_back_handed_over() {
  if (!handed_over_.valid()) return;
  loop_->unwatch(handed_over_.get());
  handed_over_.reset();
  text_.clear();
}

bool ShellSession::run(long number, const std::string& command, const Pairs& variables) {
  if (!hand_over(handed_over_text(command, variables))) return false;
  restore_terminal_mode(master_.get());
  return type(typed_line(number));
}

bool ShellSession::type(std::string_view bytes) {
  if (pending_.size() + bytes.size() > kMaxPendingInput) return false;
  pending_ += bytes;
  write_pending();
  return true;
}

void ShellSession::write_pending() {
  while (!pending_.empty()) {
    const auto written = ::write(master_.get(), pending_.data(), pending_.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno != EAGAIN) pending_.clear();  // the shell has gone; its exit follows
    if (written < 0) break;
    pending_.erase(0, static_cast<std::size_t>(written));
  }
  if (watching_)
    loop_->change(master_.get(), EPOLLIN | (pending_.empty() ? 0U : static_cast<unsigned>(EPOLLOUT)));
}

void ShellSession::signal_foreground(int number) {
  pid_t group = 0;
  if (::ioctl(master_.get(), TIOCGPGRP, &group) != 0 || group <= 1) return;
  if (group == static_cast<pid_t>(child_->pid())) return;
  ::kill(-group, number);
}

}  // namespace collet::bash
