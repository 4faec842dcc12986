// The children that the fake host starts.
#include "collet/testing/detail/real_processes.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace collet::testing::detail {
namespace {

using std::chrono::milliseconds;

class RealProcessesTest : public ::testing::Test {
 protected:
  // Runs a script of the shell; its status comes later.
  std::future<int> run(const std::string& script, const Pairs& environment = {}, int stdout_fd = -1) {
    const std::vector<collet_str> words = {collet::detail::to_str("sh"), collet::detail::to_str("-c"),
                                           collet::detail::to_str(script)};
    const collet::detail::PairsView variables(environment);
    collet_spawn spawn{};
    spawn.struct_size = sizeof spawn;
    spawn.argv = words.data();
    spawn.argc = words.size();
    spawn.environment = variables.get();
    spawn.stdin_fd = spawn.stderr_fd = -1;
    spawn.stdout_fd = stdout_fd;
    const auto status = std::make_shared<std::promise<int>>();
    handle_ = processes_.spawn(spawn, [status](int code) { status->set_value(code); });
    EXPECT_NE(handle_, 0U);
    return status->get_future();
  }
  static bool exists(long pid) { return ::kill(static_cast<pid_t>(pid), 0) == 0; }

  RealProcesses processes_;
  collet_handle handle_ = 0;
};

TEST_F(RealProcessesTest, GivenVariable_TakesTheInheritedOnesPlace) {
  ASSERT_EQ(::setenv("COLLET_TEST_VARIABLE", "inherited", 1), 0);
  const auto script =
      R"sh(test "$COLLET_TEST_VARIABLE" = given && test "$(env | grep -c ^COLLET_TEST_VARIABLE=)" = 1)sh";
  EXPECT_EQ(run(script, {{"COLLET_TEST_VARIABLE", "given"}}).get(), 0);
  EXPECT_EQ(run(R"(test "$COLLET_TEST_VARIABLE" = inherited)").get(), 0);
  ::unsetenv("COLLET_TEST_VARIABLE");
}

TEST_F(RealProcessesTest, EndedChild_KeepsItsNumberUntilItIsReleased) {
  EXPECT_EQ(run("exit 3").get(), 3);
  const long pid = processes_.pid(handle_);
  EXPECT_TRUE(exists(pid));  // no stranger can have it, whom a signal would hit
  EXPECT_FALSE(processes_.signal(handle_, SIGTERM));
  processes_.end(handle_, milliseconds(0));
  while (exists(pid)) std::this_thread::yield();
  processes_.end(handle_, milliseconds(0));  // has nobody to end
}

TEST_F(RealProcessesTest, EndAfterTheExit_EndsWhatWasLeftBehind) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  auto status = run("sleep 1000 & echo", {}, ends[1]);
  ::close(ends[1]);
  EXPECT_EQ(status.get(), 0);
  char byte = 0;
  EXPECT_EQ(::read(ends[0], &byte, 1), 1);
  processes_.end(handle_, milliseconds(0));
  EXPECT_EQ(::read(ends[0], &byte, 1), 0);  // nobody holds the other end any more
  ::close(ends[0]);
}

TEST_F(RealProcessesTest, End_TakesTheSignalThatIsLeftAfterTheGrace) {
  auto status = run("exec sleep 1000");
  processes_.end(handle_, milliseconds(10'000));
  EXPECT_EQ(status.get(), -SIGTERM);
  status = run("trap '' TERM; echo; while :; do sleep 1000; done");
  processes_.end(handle_, milliseconds(10));
  const int end = status.get();
  EXPECT_TRUE(end == -SIGKILL || end == -SIGTERM) << end;  // TERM: before its trap
}

}  // namespace
}  // namespace collet::testing::detail
