#include "file_diff.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "collet/http.hpp"
#include "testing/scratch_repository.hpp"

namespace collet::git {
namespace {

using ::testing::HasSubstr;

class FileDiffTest : public ::testing::Test {
 protected:
  FileDiff diff(const std::string& name, const std::optional<std::string>& ref = std::nullopt) {
    Budget budget;
    return working_tree_diff(scratch_.repositories(), scratch_.path() + name, ref, budget);
  }
  std::string refused(const std::string& name) {
    try {
      diff(name);
      return "answered";
    } catch (const Refusal& refusal) {
      EXPECT_EQ(refusal.response().status, 400);
      return refusal.response().body;
    }
  }
  static void expect(const FileDiff& diff, const std::string& original, const std::string& modified) {
    EXPECT_EQ(diff.original, original);
    EXPECT_EQ(diff.modified, modified);
  }

  testing::ScratchRepository scratch_;
};

TEST_F(FileDiffTest, BothSides) {
  scratch_.write("a", "one\ntwo\n");
  scratch_.write("d/gone", "old\n");
  scratch_.commit("one");
  scratch_.write("a", "one\nTWO\n");
  scratch_.write("new", "n\n");
  scratch_.remove("d");
  expect(diff("/a"), "one\ntwo", "one\nTWO");
  expect(diff("/a", "HEAD"), "one\ntwo", "one\nTWO");
  expect(diff("/new"), "", "n");
  expect(diff("/d/gone"), "old", "");  // its folder is gone too
  expect(diff(""), "", "");
  EXPECT_THAT(refused("/none"), HasSubstr("File does not exist: " + scratch_.path() + "/none"));
}

TEST_F(FileDiffTest, WithoutCommits) {
  scratch_.write("a", "1\n");
  expect(diff("/a"), "", "1");
}

TEST_F(FileDiffTest, OutsideOfRepositories_BothAreNull) {
  Budget budget;
  const auto outside =
      working_tree_diff(scratch_.repositories(), scratch_.outside() + "/x", std::nullopt, budget);
  EXPECT_EQ(outside.original, std::nullopt);
  EXPECT_EQ(outside.modified, std::nullopt);
  EXPECT_EQ(commit_diff(scratch_.repositories(), scratch_.outside() + "/x", "abcd").modified, std::nullopt);
}

TEST_F(FileDiffTest, WhatIsNoTextIsRefusedInWords) {
  scratch_.write("big", std::string(1024 * 1024 + 1, 'x'));
  scratch_.write("binary", std::string("a\0b", 3));
  ASSERT_EQ(::mkfifo((scratch_.path() + "/pipe").c_str(), 0600), 0);
  EXPECT_THAT(refused("/big"), HasSubstr("File too large for git diff: 1048577 bytes (max: 1048576 bytes)"));
  EXPECT_THAT(refused("/binary"), HasSubstr("binary"));
  EXPECT_THAT(refused("/pipe"), HasSubstr("regular file"));
  EXPECT_THAT(refused("/.git/config"), HasSubstr("working tree"));
  scratch_.remove("pipe");
  scratch_.commit("one");
  scratch_.write("big", "small");
  scratch_.write("binary", "text");
  EXPECT_THAT(refused("/big"), HasSubstr("File too large"));
  EXPECT_THAT(refused("/binary"), HasSubstr("binary"));
}

TEST_F(FileDiffTest, ALinkIsWhatItSays) {
  scratch_.write("a", "secret\n");
  scratch_.shell("ln -s a link && ln -s /etc away");
  scratch_.commit("one");
  scratch_.shell("ln -sf b link");
  expect(diff("/link"), "a", "b");
  expect(diff("/away"), "/etc", "/etc");
}

TEST_F(FileDiffTest, TextsOfOtherEncodings) {
  scratch_.write("latin", "caf\xE9\r\n");
  expect(diff("/latin"), "", "caf\xEF\xBF\xBD");
}

TEST_F(FileDiffTest, OfACommit) {
  const auto file = scratch_.write("a", "1\n");
  scratch_.commit("one");
  scratch_.write("a", "2\n");
  scratch_.commit("two");
  scratch_.git("rm -q a");
  scratch_.commit("three");
  scratch_.write("a", "now\n");
  expect(commit_diff(scratch_.repositories(), file, scratch_.git("rev-parse HEAD")), "2", "");
  expect(commit_diff(scratch_.repositories(), file, scratch_.git("rev-parse --short HEAD~1")), "1", "2");
  expect(commit_diff(scratch_.repositories(), file, scratch_.git("rev-parse HEAD~2")), "", "1");
  EXPECT_THROW(commit_diff(scratch_.repositories(), file, "deadbeef"), Refusal);
  EXPECT_THROW(commit_diff(scratch_.repositories(), file, std::string(64, 'a')), Refusal);
  EXPECT_THROW(commit_diff(scratch_.repositories(), file, scratch_.git("rev-parse HEAD^{tree}")), Refusal);
}

}  // namespace
}  // namespace collet::git
