#include "process/start_child.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "process/vfork_into.hpp"

namespace collet::process {
namespace {

// Shared by the child and the helper, until the child has executed its program.
struct Attempt {
  const ChildPlan& plan;
  const pid_t helper;
  Stage stage = Stage::kNone;  ///< the one that failed
  int error = 0;
};

[[noreturn]] COLLET_ON_OTHER_STACK void give_up(Attempt& attempt, Stage stage) {
  attempt.stage = stage;
  attempt.error = errno;
  ::_exit(127);
}

COLLET_ON_OTHER_STACK void default_signals() {
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  for (const int number : kIgnoredSignals) ::sigaction(number, &action, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

COLLET_ON_OTHER_STACK int become(void* argument) {
  Attempt& attempt = *static_cast<Attempt*>(argument);
  const ChildPlan& plan = attempt.plan;
  // With the helper killed, its children must not stay.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != attempt.helper) ::_exit(127);
  if (::setsid() < 0) give_up(attempt, Stage::kSession);
  const int wanted[] = {plan.stdin_fd, plan.stdout_fd, plan.stderr_fd};
  for (int target = 0; target < 3; ++target) {
    if (wanted[target] >= 0 && ::dup2(wanted[target], target) < 0) give_up(attempt, Stage::kDescriptors);
  }
  if (plan.terminal && ::ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0) give_up(attempt, Stage::kTerminal);
  // All others were opened close-on-exec; this is for those that some library opened otherwise.
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  if (::chdir(plan.working_dir) < 0) give_up(attempt, Stage::kWorkingDir);
  default_signals();
  ::environ = plan.environment;  // execvp looks PATH up there
  ::execvp(plan.argv[0], plan.argv);
  give_up(attempt, Stage::kExec);
}

}  // namespace

ChildStart start_child(const ChildPlan& plan) {
  Attempt attempt{plan, ::getpid()};
  char** const environment = ::environ;
  const pid_t pid = vfork_into(plan.cgroup_fd, &become, &attempt);
  const int refusal = errno;
  ::environ = environment;
  if (pid < 0) return {-1, Stage::kFork, refusal};
  if (attempt.stage == Stage::kNone) return {pid, Stage::kNone, 0};
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return {-1, attempt.stage, attempt.error};
}

}  // namespace collet::process
