#include "commands/command_runner.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace collet::bash {
namespace {

constexpr int kEndGraceMs = 500;
constexpr std::size_t kLittleText = 64U << 10;

struct Pipe {
  UniqueFd ours, childs;
};

Pipe open_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot open a pipe");
  Pipe pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
  ::fcntl(pipe.ours.get(), F_SETFL, O_NONBLOCK);
  return pipe;
}

}  // namespace

std::shared_ptr<CommandRunner> CommandRunner::start(std::shared_ptr<EventLoop> loop, Launcher& launcher,
                                                    Options options, OnChunk on_chunk) {
  std::shared_ptr<CommandRunner> runner(
      new CommandRunner(std::move(loop), std::move(options), std::move(on_chunk)));
  if (runner->options_.timeout.count() <= 0) {
    runner->finish(-1);
    return runner;
  }
  try {
    runner->launch(launcher);
  } catch (const std::exception& error) {
    runner->err_.text = std::string("Error executing command: ") + error.what();
    runner->finish(-1);
  }
  return runner;
}

CommandRunner::CommandRunner(std::shared_ptr<EventLoop> loop, Options options, OnChunk on_chunk)
    : loop_(std::move(loop)), options_(std::move(options)), on_chunk_(std::move(on_chunk)) {}

CommandRunner::~CommandRunner() {
  loop_->cancel(timer_);
  unwatch(out_);
  unwatch(err_);
  if (child_) child_->end(kEndGraceMs);
}

void CommandRunner::launch(Launcher& launcher) {
  std::error_code error;
  if (!std::filesystem::exists(options_.working_dir, error))
    throw LaunchError("[Errno 2] No such file or directory");
  Pipe out = open_pipe(), err = open_pipe();
  LaunchRequest request;
  request.argv = {"/bin/sh", "-c", options_.command};
  request.working_dir = options_.working_dir;
  request.stdout_fd = out.childs.get();
  request.stderr_fd = err.childs.get();
  out_.fd = std::move(out.ours);
  err_.fd = std::move(err.ours);
  const auto weak = weak_from_this();
  child_ = launcher.launch(request, [loop = loop_, weak](int status) {
    loop->dispatch([weak, status] {
      if (const auto self = weak.lock()) self->on_exit(status);
    });
  });
  watch(out_);
  watch(err_);
  timer_ = loop_->after(options_.timeout, [this] { stop(); });
}

void CommandRunner::watch(Stream& stream) {
  if (stream.watched || !stream.fd.valid()) return;
  stream.watched = true;
  loop_->watch(stream.fd.get(), EPOLLIN, [this, &stream](std::uint32_t) {
    const auto self = shared_from_this();  // the last chunk may let go of us
    on_ready(stream);
  });
}

void CommandRunner::unwatch(Stream& stream) {
  if (std::exchange(stream.watched, false)) loop_->unwatch(stream.fd.get());
}

void CommandRunner::on_ready(Stream& stream) {
  char buffer[65536];
  const auto got = ::read(stream.fd.get(), buffer, sizeof(buffer));
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    unwatch(stream);
    stream.fd.reset();
    return end_if_over();
  }
  take(stream, {buffer, static_cast<std::size_t>(got)});
}

void CommandRunner::take(Stream& stream, std::string_view bytes) {
  const auto room = static_cast<std::size_t>(std::max<std::int64_t>(options_.output_bytes - taken_bytes_, 0));
  const auto kept = bytes.substr(0, room);
  taken_bytes_ += static_cast<std::int64_t>(kept.size());
  dropped_bytes_ += static_cast<std::int64_t>(bytes.size() - kept.size());
  stream.text += stream.cleaner.push(kept);
  if (stream.text.size() >= options_.chunk_bytes) pass_on();
}

void CommandRunner::pass_on() {
  if (++ahead_ >= options_.chunks_ahead) {
    unwatch(out_);
    unwatch(err_);
  }
  on_chunk_({std::exchange(out_.text, {}), std::exchange(err_.text, {}), std::nullopt});
}

void CommandRunner::chunk_taken() {
  --ahead_;
  if (finished_ || ahead_ >= options_.chunks_ahead) return;
  watch(out_);
  watch(err_);
}

// Perhaps on the host's thread that tells of everybody's children: much text is not made into events there.
void CommandRunner::on_exit(int status) {
  status_ = status;
  if (out_.text.size() + err_.text.size() <= kLittleText) return end_if_over();
  loop_->post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->end_if_over();
  });
}

// Over when the shell has ended and nobody holds its output open any more.
void CommandRunner::end_if_over() {
  if (status_ && !out_.fd.valid() && !err_.fd.valid()) finish(*status_);
}

void CommandRunner::stop() {
  if (finished_) return;
  const auto self = shared_from_this();
  finish(-1);
}

void CommandRunner::finish(int exit_code) {
  if (std::exchange(finished_, true)) return;
  loop_->cancel(std::exchange(timer_, 0));
  unwatch(out_);
  unwatch(err_);
  out_.fd.reset();
  err_.fd.reset();
  out_.text += out_.cleaner.finish();
  err_.text += err_.cleaner.finish();
  if (dropped_bytes_ > 0)
    err_.text += "\n[" + std::to_string(dropped_bytes_) + " more bytes of output were not kept]\n";
  const auto on_chunk = std::exchange(on_chunk_, nullptr);
  on_chunk({std::exchange(out_.text, {}), std::exchange(err_.text, {}), exit_code});
  if (child_) child_->end(kEndGraceMs);  // somebody waits for the last chunk
}

}  // namespace collet::bash
