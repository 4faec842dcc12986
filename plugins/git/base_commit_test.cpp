#include "base_commit.hpp"

#include <gtest/gtest.h>

#include "collet/http.hpp"
#include "testing/scratch_repository.hpp"

namespace collet::git {
namespace {

class BaseCommitTest : public ::testing::Test {
 protected:
  std::string base(bool tracked_changes = false, const std::optional<std::string>& ref = std::nullopt) {
    const auto repository = scratch_.repositories().around(scratch_.path());
    asked_ = 0;
    const auto commit = base_commit(*repository, ref, [&] {
      ++asked_;
      return tracked_changes;
    });
    return commit ? git_oid_tostr_s(&*commit) : "empty tree";
  }
  std::string id(const std::string& name) { return scratch_.git("rev-parse " + name); }
  // origin is a folder beside; `branch` is pushed as it is now.
  void push(const std::string& branch) {
    if (!std::filesystem::exists(scratch_.outside() + "/origin")) {
      testing::run(scratch_.outside(), "git init -q --bare -b main origin");
      scratch_.git("remote add origin ../origin");
    }
    scratch_.git("push -q origin " + branch);
  }

  testing::ScratchRepository scratch_;
  int asked_ = 0;
};

TEST_F(BaseCommitTest, WithoutCommits_IsTheEmptyTree) {
  EXPECT_EQ(base(), "empty tree");
  EXPECT_EQ(base(false, "HEAD"), "empty tree");
}

TEST_F(BaseCommitTest, WithoutARemoteOnMain_IsHead) {
  scratch_.commit("one");
  EXPECT_EQ(base(), id("HEAD"));
  scratch_.commit("two");
  EXPECT_EQ(base(), id("HEAD"));
}

TEST_F(BaseCommitTest, WithoutARemoteOnABranch_IsLocalMain) {
  scratch_.commit("one");
  scratch_.git("checkout -q -b work");
  scratch_.commit("two");
  EXPECT_EQ(base(), id("main"));
  scratch_.git("checkout -q main && git commit -q --allow-empty -m three && git checkout -q work");
  EXPECT_EQ(base(), id("work")) << "main has gone on: HEAD has not grown out of it";
}

TEST_F(BaseCommitTest, DetachedHead_IsComparedWithMain) {
  scratch_.commit("one");
  scratch_.git("checkout -q --detach");
  scratch_.commit("two");
  EXPECT_EQ(base(), id("main"));
}

TEST_F(BaseCommitTest, UnpushedCommits_AreComparedWithOriginsBranch) {
  scratch_.commit("one");
  push("main");
  scratch_.commit("two");
  EXPECT_EQ(base(), id("origin/main"));
  EXPECT_EQ(asked_, 0);
}

TEST_F(BaseCommitTest, AllPushed_TheForkPointIsShownUnlessFilesAreChanged) {
  scratch_.commit("one");
  push("main");
  const auto fork = id("HEAD");
  scratch_.git("checkout -q -b work");
  scratch_.commit("two");
  push("work");
  EXPECT_EQ(base(true), id("origin/work"));
  EXPECT_EQ(base(false), fork);
  EXPECT_EQ(asked_, 1);
}

TEST_F(BaseCommitTest, DefaultBranchIsTheRecordedOne) {
  scratch_.commit("one");
  scratch_.git("branch develop");
  push("main develop");
  scratch_.git("remote set-head origin develop");
  scratch_.git("checkout -q -b work");
  scratch_.commit("two");
  EXPECT_EQ(base(), id("develop"));
}

TEST_F(BaseCommitTest, WithoutACommonCommit_IsTheTipOfTheDefaultBranch) {
  scratch_.commit("one");
  push("main");
  scratch_.git("checkout -q --orphan other");
  EXPECT_EQ(base(), id("origin/main")) << "no commit yet";
  scratch_.commit("two");
  EXPECT_EQ(base(), id("origin/main"));
}

TEST_F(BaseCommitTest, ARef) {
  scratch_.commit("one");
  scratch_.git("tag -a -m t v1");
  scratch_.commit("two");
  EXPECT_EQ(base(false, "HEAD"), id("HEAD"));
  EXPECT_EQ(base(false, "HEAD~1"), id("HEAD~1"));
  EXPECT_EQ(base(false, "v1"), id("HEAD~1"));
  for (const char* ref : {"zzz", "--help", "", "HEAD:", ":/one", "HEAD^{/one}", "HEAD~9", "deadbeef", "../x"})
    EXPECT_THROW(base(false, ref), Refusal) << ref;
  EXPECT_THROW(base(false, std::string(100'000, 'x')), Refusal);
  EXPECT_THROW(base(false, std::string("HEAD\0x", 6)), Refusal);
}

}  // namespace
}  // namespace collet::git
