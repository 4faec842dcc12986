#include "process/helper.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collet/unique_fd.hpp"
#include "process/cgroup.hpp"
#include "process/process_table.hpp"
#include "process/protocol.hpp"
#include "process/start_child.hpp"

namespace collet::process {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kPass{50};              // between looks at trees that are being ended
constexpr milliseconds kKillPass{5};           // the same, once it is KILL
constexpr milliseconds kKillHurry{1'000};      // for so long; then it hangs in the system, and kPass does
constexpr milliseconds kLastGrace{300};        // for everybody, when Collet is gone
constexpr milliseconds kLastPatience{10'000};  // then the helper leaves what the system can't kill

/// One child that Collet asked for, and what descends from it.
struct Tree {
  std::uint64_t id = 0;
  pid_t leader = 0;
  std::string marker;
  bool terminal = false;
  bool reaped = false;
  std::optional<Clock::time_point> deadline;  // it is being ended: KILL from then on
  bool asked = false;                         // to end, with TERM
};

class Helper {
 public:
  explicit Helper(int socket) : socket_(socket) {}

  void run() {
    prepare();
    while (serve_once()) {
    }
    end_everything();
  }

 private:
  void prepare() {
    ::prctl(PR_SET_NAME, "collet-spawner");
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    // Children run as the same user and must not read Collet's keys from this copy of its memory.
    ::prctl(PR_SET_DUMPABLE, 0);
    for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry)
      ::explicit_bzero(*entry, std::strlen(*entry));
    ::setsid();  // the terminal's Ctrl-C is for Collet, which then decides
    [[maybe_unused]] const int at_root = ::chdir("/");
    socket_.reset(::fcntl(socket_.get(), F_DUPFD_CLOEXEC, 3));  // out of the way of 0 to 2
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd < 3; ++fd) ::dup2(null, fd);
    if (socket_.get() != 3) {
      ::dup3(socket_.get(), 3, O_CLOEXEC);
      static_cast<void>(socket_.release());
      socket_.reset(3);
    }
    close_from(4);

    for (int number = 1; number < NSIG; ++number)
      ::signal(number, SIG_DFL);  // Collet's parent may have ignored some
    for (const int number : kIgnoredSignals) ::signal(number, SIG_IGN);
    sigset_t child;
    ::sigemptyset(&child);
    ::sigaddset(&child, SIGCHLD);
    ::sigprocmask(SIG_SETMASK, &child, nullptr);
    signals_.reset(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
  }

  static void close_from(int first) {
    if (::close_range(static_cast<unsigned>(first), ~0U, 0) == 0) return;
    const long limit = ::sysconf(_SC_OPEN_MAX);  // a kernel without close_range
    for (int fd = first; fd < limit; ++fd) ::close(fd);
  }

  // False: Collet is gone.
  bool serve_once() {
    pollfd waits[] = {{socket_.get(), static_cast<short>(POLLIN | (outgoing_.empty() ? 0 : POLLOUT)), 0},
                      {signals_.get(), POLLIN, 0}};
    const bool ending = std::any_of(trees_.begin(), trees_.end(),
                                    [](const auto& entry) { return entry.second.deadline.has_value(); });
    if (::poll(waits, 2, ending ? pause() : -1) < 0 && errno != EINTR) return false;
    drain_signals();
    reap();
    if ((waits[0].revents & POLLOUT) != 0) flush();
    if ((waits[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !receive()) return false;
    end_trees();
    flush();
    return true;
  }

  // How long to wait, in milliseconds, before looking again at the trees that are being ended.
  int pause() const {
    const auto now = Clock::now();
    milliseconds wait = kPass;
    for (const auto& [id, tree] : trees_) {
      if (!tree.deadline) continue;
      const auto left = std::chrono::ceil<milliseconds>(*tree.deadline - now);
      // After the deadline: soon, but not so often for what hangs in the system.
      wait = std::min(wait, left > milliseconds(0) ? left : left > -kKillHurry ? kKillPass : kPass);
    }
    return static_cast<int>(wait.count());
  }

  void drain_signals() const {
    signalfd_siginfo info;
    while (::read(signals_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    }
  }

  void reap() {
    int status = 0;
    for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
      for (auto& [id, tree] : trees_) {
        if (tree.leader != pid || tree.reaped) continue;
        tree.reaped = true;
        const int value = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
        outgoing_.push_back({Op::kExited, Stage::kNone, id, value, 0});
      }
    }
  }

  void flush() {
    while (!outgoing_.empty()) {
      const FromHelper& packet = outgoing_.front();
      if (::send(socket_.get(), &packet, sizeof packet, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
          (errno == EAGAIN || errno == EINTR))
        return;
      outgoing_.pop_front();  // sent, or nobody is there to read it
    }
  }

  // False: the other end is closed.
  bool receive() {
    ToHelper request;
    iovec parts[] = {{&request, sizeof request}, {behind_.data(), behind_.size()}};
    alignas(cmsghdr) char control[CMSG_SPACE(4 * sizeof(int))];
    msghdr message = {};
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t got = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    if (got == 0) return false;
    std::vector<UniqueFd> files;
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
      if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
      const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      for (std::size_t i = 0; i < count; ++i) {
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof fd);
        files.emplace_back(fd);
      }
    }
    const auto size = static_cast<std::size_t>(got);
    if (size >= sizeof request) obey(request, {behind_.data(), size - sizeof request}, files);
    return true;
  }

  void obey(const ToHelper& request, std::string_view behind, std::vector<UniqueFd>& files) {
    if (request.op == Op::kSpawn) return spawn(request, behind, files);
    if (request.op == Op::kLimit) return limit(request);
    const auto found = trees_.find(request.id);
    if (found == trees_.end()) return;
    Tree& tree = found->second;
    if (request.op == Op::kSignal) {
      if (tree.reaped) return;
      const pid_t foreground = read_process(tree.leader).foreground;
      ::kill(foreground > 0 ? -foreground : -tree.leader, request.value);
    } else if (request.op == Op::kEnd) {
      const auto deadline = Clock::now() + milliseconds(std::max(request.value, 0));
      tree.deadline = tree.deadline ? std::min(*tree.deadline, deadline) : deadline;
    }
  }

  void limit(const ToHelper& request) {
    open_cgroups();
    const bool counted = cgroups_.limit(request.value);
    const auto holds = (cgroups_.is_open() ? kByCgroup : 0) | (counted ? kCounted : 0);
    outgoing_.push_back({Op::kLimited, Stage::kNone, request.id, holds, 0});
  }

  void open_cgroups() {
    if (!std::exchange(looked_for_cgroups_, true)) cgroups_.open();
  }

  // Takes the payload's file out of `files`, where there is one.
  static std::optional<std::string> payload_of(const ToHelper& request, std::string_view behind,
                                               std::vector<UniqueFd>& files) {
    if ((request.flags & kPayloadBehind) != 0)
      return behind.size() == request.payload_bytes ? std::optional(std::string(behind)) : std::nullopt;
    if (files.empty()) return std::nullopt;
    std::string payload(request.payload_bytes, '\0');
    const ssize_t got = ::pread(files[0].get(), payload.data(), payload.size(), 0);
    files.erase(files.begin());
    return got == static_cast<ssize_t>(payload.size()) ? std::optional(std::move(payload)) : std::nullopt;
  }

  void spawn(const ToHelper& request, std::string_view behind, std::vector<UniqueFd>& files) {
    const auto fail = [&](Stage stage, int error) {
      outgoing_.push_back({Op::kFailed, stage, request.id, error, 0});
    };
    if (request.argc == 0 || request.envc == 0) return fail(Stage::kDescriptors, EINVAL);
    auto payload = payload_of(request, behind, files);
    if (!payload) return fail(Stage::kDescriptors, EIO);
    std::vector<char*> words;
    for (std::size_t at = 0; at < payload->size(); at += std::strlen(&(*payload)[at]) + 1)
      words.push_back(&(*payload)[at]);
    if (words.size() != std::size_t{request.argc} + request.envc + 1)
      return fail(Stage::kDescriptors, EINVAL);

    std::size_t next = 0;
    const auto take = [&](std::uint32_t flag) {
      return (request.flags & flag) != 0 && next < files.size() ? files[next++].get() : -1;
    };
    std::vector<char*> argv(words.begin(), words.begin() + request.argc);
    std::vector<char*> environment(words.begin() + request.argc, words.end() - 1);
    Tree tree;
    tree.id = request.id;
    tree.marker = environment.back();
    tree.terminal = (request.flags & kTerminal) != 0;
    argv.push_back(nullptr);
    environment.push_back(nullptr);
    ChildPlan plan;
    plan.argv = argv.data();
    plan.environment = environment.data();
    plan.working_dir = words.back();
    plan.stdin_fd = take(kHasStdin);
    plan.stdout_fd = take(kHasStdout);
    plan.stderr_fd = take(kHasStderr);
    plan.terminal = tree.terminal;
    open_cgroups();
    plan.cgroup_fd = cgroups_.add(tree.id);
    const ChildStart started = start_child(plan);
    if (started.pid < 0) {
      cgroups_.remove(tree.id);
      return fail(started.stage, started.error);
    }
    tree.leader = started.pid;
    trees_.emplace(request.id, std::move(tree));
    outgoing_.push_back({Op::kSpawned, Stage::kNone, request.id, started.pid, 0});
  }

  // Those of our descendants that belong to the tree: its session, what descends from it, and what has left
  // both but still carries its marker. And, with cgroups, those that have got rid of that too.
  std::vector<pid_t> members(const Tree& tree, const std::vector<ProcessInfo>& descendants) const {
    std::vector<pid_t> found;
    for (const auto& info : descendants) {
      const bool inherited = std::find(found.begin(), found.end(), info.parent) != found.end();
      if (info.pid == tree.leader || info.session == tree.leader || inherited ||
          (info.alive && info.parent == ::getpid() && has_environment(info.pid, tree.marker)))
        found.push_back(info.pid);
    }
    std::erase_if(found, [&](pid_t pid) {
      return std::none_of(descendants.begin(), descendants.end(),
                          [&](const auto& info) { return info.pid == pid && info.alive; });
    });
    for (const pid_t pid : cgroups_.members(tree.id))
      if (std::find(found.begin(), found.end(), pid) == found.end()) found.push_back(pid);
    return found;
  }

  static void ask_to_end(const Tree& tree, const std::vector<pid_t>& members) {
    for (const pid_t pid : members) {
      ::kill(pid, SIGTERM);
      if (tree.terminal) ::kill(pid, SIGHUP);  // an interactive shell takes no TERM
      ::kill(pid, SIGCONT);
    }
  }

  void end_trees() {
    if (std::none_of(trees_.begin(), trees_.end(),
                     [](const auto& entry) { return entry.second.deadline.has_value(); }))
      return;
    const auto descendants = descendants_of(::getpid());
    const auto now = Clock::now();
    for (auto it = trees_.begin(); it != trees_.end();) {
      Tree& tree = it->second;
      if (!tree.deadline) {
        ++it;
        continue;
      }
      const auto left = members(tree, descendants);
      if (!std::exchange(tree.asked, true)) ask_to_end(tree, left);
      if (now >= *tree.deadline && !left.empty()) {
        cgroups_.kill(tree.id);
        for (const pid_t pid : left) ::kill(pid, SIGKILL);
      }
      it = left.empty() && tree.reaped && cgroups_.remove(tree.id) ? trees_.erase(it) : std::next(it);
    }
  }

  // Every orphan below becomes our child, so without children there is nobody left.
  void end_everything() {
    for (const auto& info : descendants_of(::getpid())) {
      ::kill(info.pid, SIGTERM);
      ::kill(info.pid, SIGCONT);
    }
    const auto kill_from = Clock::now() + kLastGrace;
    const auto leave = Clock::now() + kLastPatience;
    while (Clock::now() < leave) {
      drain_signals();
      reap();
      flush();
      siginfo_t info;
      if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == ECHILD) return;
      if (Clock::now() >= kill_from)
        for (const auto& process : descendants_of(::getpid())) ::kill(process.pid, SIGKILL);
      pollfd wait{signals_.get(), POLLIN, 0};
      ::poll(&wait, 1, static_cast<int>(kKillPass.count()));
    }
  }

  UniqueFd socket_;
  UniqueFd signals_;
  std::map<std::uint64_t, Tree> trees_;
  Cgroups cgroups_;
  bool looked_for_cgroups_ = false;
  std::deque<FromHelper> outgoing_;
  std::string behind_ = std::string(kMostBehind, '\0');  // of the packet that is being received
};

}  // namespace

void run_helper(int socket) {
  {
    Helper helper(socket);
    helper.run();
  }
  ::_exit(0);
}

}  // namespace collet::process
