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
constexpr std::size_t kOrdinaryPipe = 64U << 10;  // what a pipe holds without being asked

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
  std::shared_ptr<ShellSession> session(new ShellSession(std::move(loop), new_id(), std::move(events)));
  session->launch(launcher, options);
  return session;
}

ShellSession::ShellSession(std::shared_ptr<EventLoop> loop, std::string nonce, Events events)
    : loop_(std::move(loop)),
      nonce_(std::move(nonce)),
      events_(std::move(events)),
      filter_(
          nonce_, [this](std::string_view bytes) { events_.text(bytes); },
          [this](const Mark& mark) { events_.mark(mark); }) {}

ShellSession::~ShellSession() {
  loop_->cancel(pause_timer_);
  if (watching_) loop_->unwatch(master_.get());
  if (child_) child_->end(kEndGraceMs);
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

void ShellSession::launch(Launcher& launcher, const Options& options) {
  folder_ = options.spool_dir + "/" + new_id();
  if (::mkdir(folder_.c_str(), 0700) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot make " + folder_);
  command_file_ = folder_ + "/command";
  variable_pipe_ = folder_ + "/variables";
  if (::mkfifo(variable_pipe_.c_str(), 0600) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot make " + variable_pipe_);
  const std::string script = folder_ + "/start";
  write_file(script, shell_script(nonce_, command_file_, variable_pipe_, options.load_bashrc));

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
    filter_.push({buffer, static_cast<std::size_t>(got)});
  }
  return true;
}

void ShellSession::on_exit(int status) {
  drain(kMaxFinalOutput);
  filter_.flush();
  events_.exited(status);
}

// All of it at once, before the shell is told to read: a pipe of this size takes it without a reader.
bool ShellSession::hand_over(const Pairs& variables) {
  const std::string text = variables_text(variables);
  UniqueFd pipe(::open(variable_pipe_.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!pipe.valid() || text.size() > kMostVariables) return false;
  if (text.size() > kOrdinaryPipe && ::fcntl(pipe.get(), F_SETPIPE_SZ, static_cast<int>(kMostVariables)) < 0)
    return false;
  if (::write(pipe.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) return false;
  variables_ = std::move(pipe);  // with nobody there the text would be lost
  return true;
}

void ShellSession::forget_variables() { variables_ = UniqueFd(); }

bool ShellSession::run(long number, const std::string& command, const Pairs& variables) {
  if (!variables.empty() && !hand_over(variables)) return false;
  try {
    write_file(command_file_, command);
  } catch (const std::system_error&) {
    return false;
  }
  restore_terminal_mode(master_.get());
  return type(typed_line(number, !variables.empty()));
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
