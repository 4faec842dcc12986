#include "process/start_child.hpp"

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>

#include "base/unique_fd.hpp"

namespace collet::process {
namespace {

struct Failure {
  Stage stage;
  int error;
};

[[noreturn]] void give_up(int report, Stage stage) {
  const Failure failure{stage, errno};
  [[maybe_unused]] const ssize_t written = ::write(report, &failure, sizeof failure);
  ::_exit(127);
}

void default_signals() {
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &action, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void become(const ChildPlan& plan, pid_t helper, int report) {
  // With the helper killed, its children must not stay.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != helper) ::_exit(127);
  if (::setsid() < 0) give_up(report, Stage::kSession);
  const int wanted[] = {plan.stdin_fd, plan.stdout_fd, plan.stderr_fd};
  for (int target = 0; target < 3; ++target) {
    if (wanted[target] >= 0 && ::dup2(wanted[target], target) < 0) give_up(report, Stage::kDescriptors);
  }
  if (plan.terminal && ::ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0) give_up(report, Stage::kTerminal);
  // All others were opened close-on-exec; this is for those that some library opened otherwise.
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  if (::chdir(plan.working_dir) < 0) give_up(report, Stage::kWorkingDir);
  default_signals();
  ::environ = plan.environment;  // execvp looks PATH up there
  ::execvp(plan.argv[0], plan.argv);
  give_up(report, Stage::kExec);
}

// fork(), right into the cgroup: to move there afterwards takes milliseconds. Where that is refused the child
// starts in ours, and its tree is found without a cgroup.
pid_t fork_into(int cgroup_fd) {
  if (cgroup_fd >= 0) {
    clone_args arguments{};
    arguments.flags = CLONE_INTO_CGROUP;
    arguments.exit_signal = SIGCHLD;
    arguments.cgroup = static_cast<std::uint64_t>(cgroup_fd);
    const long pid = ::syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid >= 0 || errno == EAGAIN || errno == ENOMEM) return static_cast<pid_t>(pid);
  }
  return ::fork();
}

}  // namespace

ChildStart start_child(const ChildPlan& plan) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) < 0) return {-1, Stage::kFork, errno};
  const UniqueFd reading(ends[0]);
  UniqueFd writing(ends[1]);
  const pid_t helper = ::getpid();
  const pid_t pid = fork_into(plan.cgroup_fd);
  if (pid < 0) return {-1, Stage::kFork, errno};
  if (pid == 0) become(plan, helper, writing.get());
  writing.reset();

  Failure failure{};
  ssize_t got = 0;
  do {
    got = ::read(reading.get(), &failure, sizeof failure);
  } while (got < 0 && errno == EINTR);
  if (got != static_cast<ssize_t>(sizeof failure)) return {pid, Stage::kNone, 0};  // closed by exec
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return {-1, failure.stage, failure.error};
}

}  // namespace collet::process
