#include "stat_notes.hpp"

#include <gtest/gtest.h>

#include "testing/scratch_repository.hpp"

namespace collet::git {
namespace {

class StatNotesTest : public ::testing::Test {
 protected:
  // A repository of 300 old files, copied: the index remembers the times of the originals.
  StatNotesTest() {
    for (int i = 0; i < 300; ++i) scratch_.write("f" + std::to_string(i), "some text\n");
    scratch_.shell("touch -d 2001-01-01 f*");
    scratch_.commit("one");
    testing::run(scratch_.outside(), "cp -a repo copy");
    repository_ = scratch_.repositories().around(top());
    index_ = repository_->index();
  }
  std::string top() const { return scratch_.outside() + "/copy"; }
  // The paths that differ; `much`: whether many files were read.
  std::vector<std::string> compare(bool& much) {
    git_diff* diff = nullptr;
    check(git_diff_index_to_workdir(&diff, repository_->get(), index_.get(), nullptr));
    const DiffHandle owned(diff);
    much = has_read_much(diff);
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < git_diff_num_deltas(diff); ++i)
      paths.emplace_back(git_diff_get_delta(diff, i)->new_file.path);
    return paths;
  }

  testing::ScratchRepository scratch_;
  std::optional<Repository> repository_;
  IndexHandle index_;
  const std::function<bool(const char*)> none_ = [](const char*) { return false; };
};

TEST_F(StatNotesTest, WhatWasComparedOnceIsNotReadAgain) {
  bool much = false;
  EXPECT_TRUE(compare(much).empty());
  EXPECT_TRUE(much);
  const StatNotes notes(index_.get(), top(), 0);
  EXPECT_TRUE(compare(much).empty());
  EXPECT_TRUE(much);
  EXPECT_EQ(notes.settle(index_.get(), none_), 300U);
  EXPECT_TRUE(compare(much).empty());
  EXPECT_FALSE(much);
  // Same size, same time: the disk's own time of the change tells.
  testing::run(top(), "printf 'same size\\n' > f7 && touch -d 2001-01-01 f7");
  EXPECT_EQ(compare(much), std::vector<std::string>{"f7"});
}

TEST_F(StatNotesTest, WhatChangesDuringTheComparisonIsNotLearned) {
  const StatNotes notes(index_.get(), top(), 0);
  testing::run(top(), "printf 'same size\\n' > f7 && touch -d 2001-01-01 f7 && rm f8");
  EXPECT_EQ(notes.settle(index_.get(), [](const char* path) { return std::string(path) == "f9"; }), 297U);
  bool much = false;
  EXPECT_EQ(compare(much), (std::vector<std::string>{"f7", "f8"}));
}

TEST_F(StatNotesTest, YoungFilesAreLeftOut) {
  const StatNotes notes(index_.get(), top(), 3600);
  EXPECT_EQ(notes.settle(index_.get(), none_), 0U);
}

TEST_F(StatNotesTest, TheIndexOnTheDiskStaysAsItIs) {
  const auto before = testing::run(top(), "sha256sum .git/index");
  StatNotes(index_.get(), top(), 0).settle(index_.get(), none_);
  repository_->set_read_much(true);
  index_.reset();
  repository_.reset();
  EXPECT_EQ(testing::run(top(), "sha256sum .git/index"), before);
}

}  // namespace
}  // namespace collet::git
