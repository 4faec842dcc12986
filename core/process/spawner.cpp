#include "process/spawner.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "base/id.hpp"
#include "base/log.hpp"
#include "process/helper.hpp"
#include "process/protocol.hpp"

namespace collet::process {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kPayloadLimit = 8U << 20;  // more than the system takes for argv and environment

std::string system_text(int error) { return std::generic_category().message(error); }

std::string describe(const FromHelper& failure, const std::string& program, const std::string& working_dir) {
  const std::string why = ": " + system_text(failure.value);
  switch (failure.stage) {
    case Stage::kExec:
      return "cannot run '" + program + "'" + why;
    case Stage::kWorkingDir:
      return "cannot enter '" + working_dir + "'" + why;
    case Stage::kTerminal:
      return "cannot take the terminal" + why;
    default:
      return "cannot start a process" + why;
  }
}

void append_word(std::string& payload, std::string_view word) {
  payload.append(word);
  payload.push_back('\0');
}

bool holds_nul(const SpawnRequest& request) {
  const auto has = [](const std::string& text) { return text.find('\0') != std::string::npos; };
  for (const auto& word : request.argv)
    if (has(word)) return true;
  for (const auto& entry : request.environment)
    if (has(entry)) return true;
  return has(request.working_dir);
}

UniqueFd memory_file(const std::string& content) {
  UniqueFd file(::memfd_create("collet-spawn", MFD_CLOEXEC));
  if (file.valid() &&
      ::write(file.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size()))
    file.reset();
  return file;
}

}  // namespace

struct Spawner::Impl {
  struct Child {
    Exited exited;
    std::optional<FromHelper> started;  // kSpawned or kFailed
    pid_t pid = 0;
    bool running = true;
    bool released = false;
    std::optional<Clock::time_point> ends_by;  // what the helper was told
  };

  Impl(UniqueFd own_end, pid_t helper_pid) : socket(std::move(own_end)), helper(helper_pid) {}

  bool send(const ToHelper& packet, const std::vector<int>& files = {}, std::string_view behind = {}) const;
  Result<FromHelper> ask(const ToHelper& packet, const std::vector<int>& files, std::string_view behind);
  void order(std::uint64_t id, Op op, int value) const;
  void end(std::uint64_t id, int grace_ms, bool release);
  void read_packets();
  void on_packet(const FromHelper& packet);
  void on_helper_gone();

  UniqueFd socket;
  pid_t helper;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::map<std::uint64_t, Child> children;
  std::uint64_t next_id = 1;
  bool gone = false;     // the helper has ended
  bool closing = false;  // and that is what we asked for
  std::thread reader;
};

bool Spawner::Impl::send(const ToHelper& packet, const std::vector<int>& files,
                         std::string_view behind) const {
  ToHelper copy = packet;
  iovec parts[] = {{&copy, sizeof copy}, {const_cast<char*>(behind.data()), behind.size()}};
  alignas(cmsghdr) char control[CMSG_SPACE(4 * sizeof(int))] = {};
  msghdr message = {};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  if (!files.empty()) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(files.size() * sizeof(int));
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(files.size() * sizeof(int));
    std::memcpy(CMSG_DATA(header), files.data(), files.size() * sizeof(int));
  }
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(socket.get(), &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(sizeof copy + behind.size());
}

Result<FromHelper> Spawner::Impl::ask(const ToHelper& packet, const std::vector<int>& files,
                                      std::string_view behind) {
  const bool sent = send(packet, files, behind);
  const auto id = packet.id;
  std::unique_lock lock(mutex);
  Child& child = children.at(id);
  if (sent) changed.wait(lock, [&] { return child.started.has_value() || gone; });
  if (!child.started) {
    children.erase(id);
    return unavailable("cannot start a process: the helper process has ended");
  }
  const FromHelper answer = *child.started;
  if (answer.op == Op::kFailed) children.erase(id);
  return answer;
}

void Spawner::Impl::order(std::uint64_t id, Op op, int value) const {
  ToHelper packet;
  packet.op = op;
  packet.id = id;
  packet.value = value;
  send(packet);
}

void Spawner::Impl::end(std::uint64_t id, int grace_ms, bool release) {
  {
    const std::lock_guard lock(mutex);
    const auto found = children.find(id);
    if (found == children.end()) return;
    Child& child = found->second;
    const auto by = Clock::now() + std::chrono::milliseconds(std::max(grace_ms, 0));
    const bool told = child.ends_by && *child.ends_by <= by;
    if (!told) child.ends_by = by;
    if (release) {
      child.released = true;
      if (!child.running) children.erase(found);
    }
    if (told) return;
  }
  order(id, Op::kEnd, grace_ms);
}

void Spawner::Impl::on_packet(const FromHelper& packet) {
  if (packet.op == Op::kLimited) {
    log::info("process",
              std::string((packet.value & kByCgroup) != 0 ? "trees are ended by cgroup" : "no cgroups") +
                  ((packet.value & kCounted) != 0 ? ", processes are counted" : ", no limit of processes"));
    return;
  }
  Exited exited;
  {
    const std::lock_guard lock(mutex);
    const auto found = children.find(packet.id);
    if (found == children.end()) return;
    Child& child = found->second;
    if (packet.op != Op::kExited) {
      child.started = packet;
      child.pid = packet.op == Op::kSpawned ? packet.value : 0;
      changed.notify_all();
      return;
    }
    child.running = false;
    exited = std::move(child.exited);
    if (child.released) children.erase(found);
  }
  if (exited) exited(packet.value);
}

// What was running has been killed by the helper's end.
void Spawner::Impl::on_helper_gone() {
  std::vector<Exited> lost;
  {
    const std::lock_guard lock(mutex);
    gone = true;
    if (!closing) log::error("process", "the helper process has ended; no process can be started any more");
    for (auto& [id, child] : children) {
      if (!child.running || !child.started || child.started->op != Op::kSpawned) continue;
      child.running = false;
      lost.push_back(std::move(child.exited));
    }
  }
  changed.notify_all();
  for (const auto& exited : lost)
    if (exited) exited(-SIGKILL);
}

void Spawner::Impl::read_packets() {
  for (;;) {
    FromHelper packet;
    const ssize_t got = ::recv(socket.get(), &packet, sizeof packet, 0);
    if (got == static_cast<ssize_t>(sizeof packet)) {
      on_packet(packet);
    } else if (!(got < 0 && errno == EINTR)) {
      break;
    }
  }
  on_helper_gone();
}

Result<std::unique_ptr<Spawner>> Spawner::launch() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
    return internal("cannot make a socket for the helper process: " + system_text(errno));
  UniqueFd ours(ends[0]);
  const UniqueFd theirs(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) return internal("cannot start the helper process: " + system_text(errno));
  if (pid == 0) {
    ours.reset();
    run_helper(theirs.get());
  }
  std::unique_ptr<Spawner> spawner(new Spawner(std::make_unique<Impl>(std::move(ours), pid)));
  // The program's signals are not for this thread.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  spawner->impl_->reader = std::thread([impl = spawner->impl_.get()] { impl->read_packets(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return spawner;
}

Spawner::Spawner(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Spawner::~Spawner() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->closing = true;
  }
  ::shutdown(impl_->socket.get(), SHUT_WR);  // the helper ends all, tells of it, and closes its end
  if (impl_->reader.joinable()) impl_->reader.join();
  while (::waitpid(impl_->helper, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Result<std::uint64_t> Spawner::spawn(SpawnRequest request, Exited exited) {
  if (request.argv.empty() || request.argv[0].empty()) return invalid("cannot run '': no program is named");
  if (holds_nul(request)) return invalid("cannot start a process: an argument holds a NUL byte");
  if (request.terminal && !request.stdin_fd.valid())
    return invalid("cannot start a process: a terminal is asked for, and none is given");

  const std::string working_dir = request.working_dir.empty() ? "/" : request.working_dir;
  std::string payload;
  for (const auto& word : request.argv) append_word(payload, word);
  for (const auto& entry : request.environment) append_word(payload, entry);
  append_word(payload, kMarkerName + new_uuid());
  append_word(payload, working_dir);
  if (payload.size() > kPayloadLimit)
    return invalid("cannot start a process: arguments and environment are too large");

  ToHelper packet;
  packet.argc = static_cast<std::uint32_t>(request.argv.size());
  packet.envc = static_cast<std::uint32_t>(request.environment.size() + 1);
  packet.payload_bytes = static_cast<std::uint32_t>(payload.size());
  packet.flags = request.terminal ? kTerminal : 0;
  std::vector<int> files;
  UniqueFd file;
  std::string_view behind;
  if (payload.size() <= kMostBehind) {
    packet.flags |= kPayloadBehind;
    behind = payload;
  } else {
    file = memory_file(payload);
    if (!file.valid()) return unavailable("cannot start a process: " + system_text(errno));
    files.push_back(file.get());
  }
  const auto add = [&](const UniqueFd& fd, std::uint32_t flag) {
    if (!fd.valid()) return;
    packet.flags |= flag;
    files.push_back(fd.get());
  };
  add(request.stdin_fd, kHasStdin);
  add(request.stdout_fd, kHasStdout);
  add(request.stderr_fd, kHasStderr);
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->gone) return unavailable("cannot start a process: the helper process has ended");
    packet.id = impl_->next_id++;
    impl_->children[packet.id].exited = std::move(exited);
  }
  const auto answer = impl_->ask(packet, files, behind);
  if (!answer) return answer.error();
  if (answer->op == Op::kSpawned) return packet.id;
  const std::string message = describe(*answer, request.argv[0], working_dir);
  const bool callers = answer->stage == Stage::kExec || answer->stage == Stage::kWorkingDir;
  return callers ? invalid(message) : unavailable(message);
}

bool Spawner::signal(std::uint64_t handle, int signal) {
  {
    const std::lock_guard lock(impl_->mutex);
    const auto found = impl_->children.find(handle);
    if (found == impl_->children.end() || !found->second.running) return false;
  }
  impl_->order(handle, Op::kSignal, signal);
  return true;
}

void Spawner::end(std::uint64_t handle, int grace_ms) { impl_->end(handle, grace_ms, false); }

void Spawner::release(std::uint64_t handle, int grace_ms) { impl_->end(handle, grace_ms, true); }

void Spawner::limit_processes(int most) {
  ToHelper packet;
  packet.op = Op::kLimit;
  packet.value = most;
  impl_->send(packet);
}

pid_t Spawner::pid(std::uint64_t handle) const {
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->children.find(handle);
  return found == impl_->children.end() ? 0 : found->second.pid;
}

}  // namespace collet::process
