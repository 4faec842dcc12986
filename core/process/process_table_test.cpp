#include "process/process_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

namespace collet::process {
namespace {

// Forks, from a thread that is not the first; the child says through a pipe which child it has itself.
TEST(ProcessTable, FindsDescendantsOfEveryThread) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  pid_t child = -1;
  std::thread([&] {
    child = ::fork();
    if (child != 0) return;
    const pid_t grandchild = ::fork();
    if (grandchild == 0) {
      ::pause();
      ::_exit(0);
    }
    [[maybe_unused]] const auto written = ::write(ends[1], &grandchild, sizeof grandchild);
    ::pause();
    ::_exit(0);
  }).join();
  pid_t grandchild = 0;
  ASSERT_EQ(::read(ends[0], &grandchild, sizeof grandchild), static_cast<ssize_t>(sizeof grandchild));

  std::vector<std::pair<pid_t, pid_t>> found;  // with their parents
  for (const auto& info : descendants_of(::getpid())) {
    EXPECT_TRUE(info.alive);
    found.emplace_back(info.pid, info.parent);
  }
  EXPECT_THAT(found, ::testing::ElementsAre(std::pair(child, ::getpid()), std::pair(grandchild, child)));

  ::kill(grandchild, SIGKILL);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(ProcessTable, AProcessThatIsGoneHasNone) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(descendants_of(child).empty());
  EXPECT_EQ(read_process(child).pid, 0);
}

}  // namespace
}  // namespace collet::process
