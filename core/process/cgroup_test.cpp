#include "process/cgroup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "process/start_child.hpp"

namespace collet::process {
namespace {

using ::testing::ElementsAre;

class CgroupsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    groups_.open();
    if (!groups_.is_open()) GTEST_SKIP() << "no cgroup of version 2 can be made here";
  }
  static pid_t start(int group, const char* script) {
    std::string text = script, shell = "/bin/sh", option = "-c";
    char* argv[] = {shell.data(), option.data(), text.data(), nullptr};
    char* environment[] = {nullptr};
    ChildPlan plan;
    plan.argv = argv;
    plan.environment = environment;
    plan.cgroup_fd = group;
    return start_child(plan).pid;
  }

  Cgroups groups_;
};

TEST_F(CgroupsTest, AChildStartsInItsGroupAndIsKilledWithIt) {
  const int group = groups_.add(7);
  ASSERT_GE(group, 0);
  EXPECT_TRUE(groups_.members(7).empty());
  const pid_t child = start(group, "exec sleep 1000");
  ASSERT_GT(child, 0);
  EXPECT_THAT(groups_.members(7), ElementsAre(child));
  EXPECT_FALSE(groups_.remove(7));
  groups_.kill(7);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
  EXPECT_TRUE(groups_.remove(7));
  EXPECT_TRUE(groups_.members(7).empty());
}

TEST_F(CgroupsTest, WhatIsStartedAfterAKillLives) {
  for (std::uint64_t tree = 1; tree < 4; ++tree) {
    const pid_t child = start(groups_.add(tree), "exec sleep 1000");
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, WNOHANG), 0);
    EXPECT_THAT(groups_.members(tree), ElementsAre(child));
    groups_.kill(tree);
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(groups_.remove(tree));
  }
}

TEST_F(CgroupsTest, AnEmptyGroupIsUsedAgain) {
  const int first = groups_.add(1), second = groups_.add(2);
  EXPECT_NE(first, second);
  EXPECT_TRUE(groups_.remove(1));
  EXPECT_EQ(groups_.add(3), first);
  EXPECT_TRUE(groups_.remove(99));
}

}  // namespace
}  // namespace collet::process
