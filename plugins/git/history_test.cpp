#include "history.hpp"

#include <gmock/gmock.h>

#include "testing/scratch_repository.hpp"

namespace collet::git {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> subjects(const CommitPage& page) {
  std::vector<std::string> all;
  for (const auto& commit : page.commits) all.push_back(commit.subject);
  return all;
}

class HistoryTest : public ::testing::Test {
 protected:
  CommitPage page(std::size_t limit = 50, const std::string& folder = "repo") {
    return newest_commits(*scratch_.repositories().around(scratch_.outside() + "/" + folder), limit);
  }
  void commit_at(const std::string& subject, const std::string& date) {
    scratch_.shell("GIT_AUTHOR_DATE='" + date + "' GIT_COMMITTER_DATE='" + date +
                   "' git commit -q --allow-empty -m '" + subject + "'");
  }

  testing::ScratchRepository scratch_;
};

TEST_F(HistoryTest, WithoutCommits) {
  EXPECT_THAT(page().commits, IsEmpty());
  EXPECT_FALSE(page().has_more);
}

TEST_F(HistoryTest, ACommitAsGitShowsIt) {
  commit_at("subject\nin two lines\n\nbody", "2026-05-06T07:08:09-03:30");
  commit_at("second", "2026-05-06T12:00:00+00:00");
  const auto commits = page().commits;
  ASSERT_EQ(commits.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& one = commits[i];
    EXPECT_EQ(one.sha + "|" + one.short_sha + "|" + one.author + "|" + one.subject,
              scratch_.git("log -1 --format='%H|%h|%an|%s' HEAD~" + std::to_string(i)));
  }
  EXPECT_EQ(commits[0].timestamp, "2026-05-06T12:00:00Z");
  EXPECT_EQ(commits[1].timestamp, "2026-05-06T07:08:09-03:30");
}

TEST_F(HistoryTest, NewestFirstAlsoOverBranches) {
  commit_at("1", "2026-01-01T00:00:00Z");
  scratch_.git("checkout -q -b side");
  commit_at("2", "2026-01-02T00:00:00Z");
  commit_at("4", "2026-01-04T00:00:00Z");
  scratch_.git("checkout -q main");
  commit_at("3", "2026-01-03T00:00:00Z");
  scratch_.shell("GIT_COMMITTER_DATE=2026-01-05T00:00:00Z git merge -q --no-ff -m 5 side");
  EXPECT_THAT(subjects(page()), ElementsAre("5", "4", "3", "2", "1"));
  EXPECT_THAT(subjects(page(2)), ElementsAre("5", "4"));
  EXPECT_TRUE(page(4).has_more);
  EXPECT_FALSE(page(5).has_more);
}

TEST_F(HistoryTest, AShallowCloneEndsWhereItWasCut) {
  commit_at("1", "2026-01-01T00:00:00Z");
  commit_at("2", "2026-01-02T00:00:00Z");
  commit_at("3", "2026-01-03T00:00:00Z");
  testing::run(scratch_.outside(), "git clone -q --depth 2 file://" + scratch_.path() + " shallow");
  EXPECT_THAT(subjects(page(50, "shallow")), ElementsAre("3", "2"));
  EXPECT_FALSE(page(50, "shallow").has_more);
  const auto shallow = scratch_.repositories().around(scratch_.outside() + "/shallow");
  EXPECT_FALSE(shallow->first_parent(shallow->commit_named("HEAD~1")).has_value());
}

}  // namespace
}  // namespace collet::git
