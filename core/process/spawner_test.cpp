#include "process/spawner.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <future>
#include <sstream>

#include "process/cgroup.hpp"

namespace collet::process {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kPatience = 20'000;  // milliseconds

std::pair<UniqueFd, UniqueFd> make_pipe() {
  int ends[2];
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

std::string read_line(int fd) {
  std::string line;
  char c = 0;
  while (::read(fd, &c, 1) == 1 && c != '\n') line += c;
  return line;
}

std::string read_all(int fd) {
  std::string text;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::read(fd, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(got));
  return text;
}

// Waits for the end of a process that need not be our child.
bool wait_gone(pid_t pid) {
  const UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!handle.valid()) return errno == ESRCH;
  pollfd wait{handle.get(), POLLIN, 0};
  return ::poll(&wait, 1, kPatience) == 1;
}

struct Started {
  std::uint64_t handle = 0;
  UniqueFd output;
  std::future<int> status;
};

class Processes : public ::testing::Test {
 protected:
  void SetUp() override {
    auto launched = Spawner::launch();
    ASSERT_TRUE(launched.ok()) << launched.error().message;
    spawner_ = std::move(launched).value();
  }

  Started start(std::vector<std::string> argv, std::string working_dir = {}) {
    auto [reading, writing] = make_pipe();
    SpawnRequest request;
    request.argv = std::move(argv);
    request.environment = child_environment();
    request.working_dir = std::move(working_dir);
    request.stdout_fd = std::move(writing);
    auto promise = std::make_shared<std::promise<int>>();
    Started started;
    started.status = promise->get_future();
    auto handle = spawner_->spawn(std::move(request), [promise](int status) { promise->set_value(status); });
    EXPECT_TRUE(handle.ok()) << handle.error().message;
    if (handle.ok()) started.handle = *handle;
    started.output = std::move(reading);
    return started;
  }
  Started shell(const std::string& script) { return start({"/bin/sh", "-c", script}); }

  std::unique_ptr<Spawner> spawner_;
};

TEST_F(Processes, Exit_TellsCode) {
  EXPECT_EQ(shell("exit 0").status.get(), 0);
  EXPECT_EQ(shell("exit 7").status.get(), 7);
}

TEST_F(Processes, Exit_TellsSignal) { EXPECT_EQ(shell("kill -USR1 $$").status.get(), -SIGUSR1); }

TEST_F(Processes, Spawn_LooksUpPathAndEntersFolder) {
  auto started = start({"pwd"}, "/usr");
  EXPECT_EQ(read_all(started.output.get()), "/usr\n");
  EXPECT_EQ(started.status.get(), 0);
}

TEST_F(Processes, Spawn_UnknownProgram_SaysSo) {
  SpawnRequest request;
  request.argv = {"no-such-program-here"};
  const auto refused = spawner_->spawn(std::move(request), [](int) { FAIL(); });
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, Error::Kind::kInvalid);
  EXPECT_EQ(refused.error().message, "cannot run 'no-such-program-here': No such file or directory");
}

TEST_F(Processes, Spawn_UnknownFolder_SaysSo) {
  SpawnRequest request;
  request.argv = {"true"};
  request.working_dir = "/no/such/folder";
  const auto refused = spawner_->spawn(std::move(request), [](int) { FAIL(); });
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "cannot enter '/no/such/folder': No such file or directory");
}

TEST_F(Processes, Spawn_NulByte_IsRefused) {
  SpawnRequest request;
  request.argv = {"echo", std::string("a\0b", 3)};
  EXPECT_FALSE(spawner_->spawn(std::move(request), [](int) {}).ok());
}

TEST_F(Processes, Spawn_LargeEnvironment_Arrives) {
  SpawnRequest request;
  auto [reading, writing] = make_pipe();
  request.argv = {"/bin/sh", "-c", "echo ${#BIG3}"};
  for (int i = 0; i < 8; ++i)
    request.environment.push_back("BIG" + std::to_string(i) + "=" + std::string(100'000, 'x'));
  request.stdout_fd = std::move(writing);
  ASSERT_TRUE(spawner_->spawn(std::move(request), [](int) {}).ok());
  EXPECT_EQ(read_all(reading.get()), "100000\n");
}

TEST_F(Processes, Child_HasCleanStart) {
  const UniqueFd leaked(::dup(STDOUT_FILENO));  // not close-on-exec
  auto started = shell(
      "ls /proc/self/fd | wc -l; cut -d' ' -f6 /proc/self/stat; echo $$; grep SigIgn /proc/self/status;"
      "grep SigBlk /proc/self/status");
  EXPECT_EQ(read_line(started.output.get()), "4");  // 0 to 2 and the folder that ls reads
  EXPECT_EQ(read_line(started.output.get()), read_line(started.output.get()));  // leads its own session
  EXPECT_EQ(read_line(started.output.get()), "SigIgn:\t0000000000000000");
  EXPECT_EQ(read_line(started.output.get()), "SigBlk:\t0000000000000000");
}

TEST_F(Processes, Child_HasLimitsFromBeforeTheServerRaisedThem) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit changed = before;
  changed.rlim_cur = before.rlim_cur - 1;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &changed), 0);
  auto started = shell("ulimit -n");
  EXPECT_EQ(read_line(started.output.get()), std::to_string(before.rlim_cur));
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST_F(Processes, Child_HasEverySignalsDefault_WhateverServerWasStartedWith) {
  ::signal(SIGTSTP, SIG_IGN);
  auto launched = Spawner::launch();
  ::signal(SIGTSTP, SIG_DFL);
  ASSERT_TRUE(launched.ok()) << launched.error().message;
  spawner_ = std::move(launched).value();
  auto started = start({"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"});
  EXPECT_EQ(read_all(started.output.get()), "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST_F(Processes, Terminal_IsControlling) {
  int master = -1, slave = -1;
  ASSERT_EQ(::openpty(&master, &slave, nullptr, nullptr, nullptr), 0);
  const UniqueFd own(master);
  SpawnRequest request;
  request.argv = {"/bin/sh", "-c",
                  "trap 'exit 9' INT; exec 3</dev/tty && echo has a terminal; read line; echo got $line;"
                  "while :; do sleep 0.02; done"};
  request.environment = child_environment();
  request.stdin_fd = UniqueFd(slave);
  request.stdout_fd = UniqueFd(::dup(slave));
  request.terminal = true;
  std::promise<int> ended;
  const auto handle = spawner_->spawn(std::move(request), [&](int status) { ended.set_value(status); });
  ASSERT_TRUE(handle.ok()) << handle.error().message;
  EXPECT_EQ(read_line(master), "has a terminal\r");
  ASSERT_EQ(::write(master, "hello\n", 6), 6);
  EXPECT_EQ(read_line(master), "hello\r");  // the echo
  EXPECT_EQ(read_line(master), "got hello\r");
  EXPECT_TRUE(spawner_->signal(*handle, SIGINT));
  EXPECT_EQ(ended.get_future().get(), 9);
}

TEST_F(Processes, Signal_ReachesChildUntilItHasEnded) {
  auto started = shell("trap 'echo caught; exit 3' USR1; echo ready; while :; do sleep 0.02; done");
  EXPECT_EQ(read_line(started.output.get()), "ready");
  EXPECT_TRUE(spawner_->signal(started.handle, SIGUSR1));
  EXPECT_EQ(started.status.get(), 3);
  EXPECT_EQ(read_line(started.output.get()), "caught");
  EXPECT_FALSE(spawner_->signal(started.handle, SIGUSR1));
}

TEST_F(Processes, End_SoonerThanSaidBefore_IsWhatCounts) {
  auto started = shell("trap '' TERM; echo ready; while :; do sleep 1000; done");
  EXPECT_EQ(read_line(started.output.get()), "ready");
  spawner_->end(started.handle, 3'600'000);
  spawner_->end(started.handle, 50);
  spawner_->end(started.handle, 3'600'000);
  EXPECT_EQ(started.status.get(), -SIGKILL);
}

TEST_F(Processes, End_ChildThatIgnoresTerm_IsKilledAfterGrace) {
  auto started = shell("trap '' TERM; echo ready; while :; do sleep 1000; done");
  EXPECT_EQ(read_line(started.output.get()), "ready");
  spawner_->end(started.handle, 50);
  EXPECT_EQ(started.status.get(), -SIGKILL);
  EXPECT_EQ(read_all(started.output.get()), "");  // so the sleep is gone too
}

TEST_F(Processes, End_StoppedChild_Ends) {
  auto started = shell("echo ready; kill -STOP $$");
  EXPECT_EQ(read_line(started.output.get()), "ready");
  spawner_->end(started.handle, 10'000);
  EXPECT_EQ(started.status.get(), -SIGTERM);
}

TEST_F(Processes, End_FindsOtherSessions) {
  auto started = shell("setsid sleep 1000 & echo $!; setsid setsid sh -c 'echo $$; exec sleep 1000' & wait");
  const pid_t first = std::stoi(read_line(started.output.get()));
  const pid_t second = std::stoi(read_line(started.output.get()));
  spawner_->end(started.handle, 1000);
  EXPECT_TRUE(wait_gone(first));
  EXPECT_TRUE(wait_gone(second));
  EXPECT_EQ(started.status.get(), -SIGTERM);
}

TEST_F(Processes, End_AfterExit_FindsDoubleForkedOrphan) {
  // The orphan has another session and another parent; only its environment tells whose it is.
  auto started = shell("(setsid sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1000; done' &) ; exit 5");
  const pid_t orphan = std::stoi(read_line(started.output.get()));
  EXPECT_EQ(started.status.get(), 5);
  EXPECT_EQ(::kill(orphan, 0), 0);
  spawner_->end(started.handle, 20);
  EXPECT_TRUE(wait_gone(orphan));
}

TEST_F(Processes, End_WithCgroups_FindsOrphanWithoutEnvironment) {
  if (Cgroups groups; groups.open(), !groups.is_open())
    GTEST_SKIP() << "no cgroup of version 2 can be made here";
  auto started =
      shell("(setsid env -i /bin/sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1; done' &) ; exit 5");
  const pid_t orphan = std::stoi(read_line(started.output.get()));
  EXPECT_EQ(started.status.get(), 5);
  EXPECT_EQ(::kill(orphan, 0), 0);
  spawner_->end(started.handle, 20);
  EXPECT_TRUE(wait_gone(orphan));
}

// A fork bomb: what it has started is ended with it, and it has started no more than it may.
TEST_F(Processes, Limit_BoundsAForkBomb) {
  constexpr int kMost = 40;
  if (Cgroups groups; !groups.limit(1000)) GTEST_SKIP() << "processes cannot be counted here";
  spawner_->limit_processes(kMost);
  // Not a real one: it stops by itself, should the limit not hold. The shell gives up when it can't fork.
  auto started =
      shell("i=0; while [ $i -lt 100 ]; do (echo up; exec sleep 1000) & i=$((i+1)); done; echo all");
  EXPECT_NE(started.status.get(), 0);
  spawner_->end(started.handle, 0);
  const std::string said = read_all(started.output.get());  // nobody holds it any more
  EXPECT_EQ(said.find("all"), std::string::npos);
  const auto up = std::count(said.begin(), said.end(), 'u');
  EXPECT_LT(up, kMost);
  EXPECT_GT(up, kMost / 4);
  auto again = shell("exit 6");
  EXPECT_EQ(again.status.get(), 6);
}

TEST_F(Processes, End_LeavesOtherTreesAlone) {
  auto one = shell("echo ready; sleep 1000");
  auto other = shell(
      "(setsid sh -c 'echo $$; exec sleep 1000' &) ; trap 'exit 4' USR1; echo ready; while :; do sleep 0.02; "
      "done");
  read_line(one.output.get());
  const std::string first = read_line(other.output.get()), second = read_line(other.output.get());
  const pid_t orphan = std::stoi(first == "ready" ? second : first);
  spawner_->release(one.handle, 0);
  EXPECT_LT(one.status.get(), 0);
  EXPECT_EQ(::kill(orphan, 0), 0);
  EXPECT_TRUE(spawner_->signal(other.handle, SIGUSR1));
  EXPECT_EQ(other.status.get(), 4);
}

TEST_F(Processes, ManyAtOnce_AllAreTold) {
  std::vector<Started> all;
  for (int i = 0; i < 60; ++i) all.push_back(shell("exit " + std::to_string(i)));
  for (int i = 0; i < 60; ++i) {
    EXPECT_EQ(all[static_cast<std::size_t>(i)].status.get(), i);
    spawner_->release(all[static_cast<std::size_t>(i)].handle, 0);
  }
  EXPECT_EQ(spawner_->pid(all[0].handle), 0);
}

TEST_F(Processes, Destructor_EndsAll) {
  auto started = shell("trap '' TERM; (setsid sleep 1000 &); echo $$; while :; do sleep 1000; done");
  const pid_t pid = std::stoi(read_line(started.output.get()));
  spawner_.reset();
  EXPECT_EQ(started.status.get(), -SIGKILL);
  EXPECT_EQ(read_all(started.output.get()), "");  // nobody holds its output any more
  EXPECT_TRUE(wait_gone(pid));
}

TEST_F(Processes, HelperKilled_ChildrenAreReportedAndNoMoreStarted) {
  auto started = shell("grep PPid /proc/$$/status; sleep 1000");
  const std::string line = read_line(started.output.get());
  ASSERT_EQ(::kill(std::stoi(line.substr(line.find('\t'))), SIGKILL), 0);
  EXPECT_EQ(started.status.get(), -SIGKILL);
  SpawnRequest request;
  request.argv = {"true"};
  const auto refused = spawner_->spawn(std::move(request), [](int) {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, Error::Kind::kUnavailable);
}

// What a program that holds a Spawner does until it is killed.
[[noreturn]] void hold_spawner(UniqueFd report) {
  auto spawner = Spawner::launch();
  SpawnRequest request;
  // A stubborn shell, a child of it, one in another session, and an orphan without the marker.
  request.argv = {
      "/bin/sh", "-c",
      "trap '' TERM; echo $PPID; echo $$; sleep 1000 & echo $!; setsid sleep 1000 & echo $!;"
      "(env -i /usr/bin/setsid /bin/sh -c 'echo $$; exec /bin/sleep 1000' &); while :; do sleep 1000; done"};
  request.environment = child_environment();
  request.stdout_fd = std::move(report);
  if (!spawner.value()->spawn(std::move(request), [](int) {}).ok()) ::_exit(1);
  for (;;) ::pause();
}

TEST(ProcessesOfAKilledProgram, AllEnd) {
  ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  auto [reading, writing] = make_pipe();
  const pid_t program = ::fork();
  if (program == 0) {
    reading.reset();
    hold_spawner(std::move(writing));
  }
  writing.reset();
  std::vector<pid_t> pids;
  for (int i = 0; i < 5; ++i) pids.push_back(std::stoi(read_line(reading.get())));
  for (const pid_t pid : pids) EXPECT_EQ(::kill(pid, 0), 0);
  ASSERT_EQ(::kill(program, SIGKILL), 0);
  for (const pid_t pid : pids) EXPECT_TRUE(wait_gone(pid)) << pid;
  EXPECT_EQ(read_all(reading.get()), "");  // nor does anybody else hold the pipe
  while (::waitpid(-1, nullptr, 0) > 0) {
  }
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST(ChildEnvironment, HasNoKeys) {
  for (const char* name : {"SESSION_API_KEY", "OH_SECRET_KEY", "OH_SESSION_API_KEYS_0", "COLLET_DATABASE"})
    ::setenv(name, "secret", 1);
  ::setenv("EDITOR_OF_TEST", "vi", 1);
  const auto kept = child_environment();
  EXPECT_THAT(kept, Not(::testing::Contains(HasSubstr("secret"))));
  EXPECT_THAT(kept, ::testing::Contains("EDITOR_OF_TEST=vi"));
  for (const char* name : {"SESSION_API_KEY", "OH_SECRET_KEY", "OH_SESSION_API_KEYS_0", "COLLET_DATABASE"})
    ::unsetenv(name);
}

TEST(HelperProcess, HidesItsEnvironment) {
  ::setenv("SESSION_API_KEY", "secret-of-test", 1);
  auto spawner = Spawner::launch();
  ::unsetenv("SESSION_API_KEY");
  auto [reading, writing] = make_pipe();
  SpawnRequest request;
  request.argv = {"/bin/sh", "-c", "cat /proc/$PPID/environ 2>/dev/null; echo done"};
  request.environment = child_environment();
  request.stdout_fd = std::move(writing);
  ASSERT_TRUE(spawner.value()->spawn(std::move(request), [](int) {}).ok());
  const std::string text = read_all(reading.get());
  EXPECT_THAT(text, Not(HasSubstr("secret-of-test")));
  EXPECT_THAT(text, HasSubstr("done"));
}

}  // namespace
}  // namespace collet::process
