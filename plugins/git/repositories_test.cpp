#include "repositories.hpp"

#include <gmock/gmock.h>

#include "changes.hpp"
#include "testing/scratch_repository.hpp"

namespace collet::git {
namespace {

class RepositoriesTest : public ::testing::Test {
 protected:
  std::size_t count() {
    Budget budget;
    return working_tree_changes(repositories_, scratch_.path(), "HEAD", budget)->size();
  }

  testing::ScratchRepository scratch_;
  Repositories repositories_{2};
};

TEST_F(RepositoriesTest, OneIsUsedAgain) {
  const git_repository* first = nullptr;
  {
    const auto repository = repositories_.around(scratch_.path());
    first = repository->get();
    EXPECT_EQ(repositories_.kept(), 0U);
    EXPECT_NE(repositories_.around(scratch_.path())->get(), first) << "in use";
  }
  EXPECT_EQ(repositories_.kept(), 2U);
  EXPECT_EQ(repositories_.around(scratch_.path() + "/.git")->get(), first) << "the one used last";
  repositories_.forget();
  EXPECT_EQ(repositories_.kept(), 0U);
}

TEST_F(RepositoriesTest, OnlySoManyAreKept) {
  for (const char* name : {"a", "b", "c"}) {
    testing::run(scratch_.outside(), std::string("git init -q ") + name);
    EXPECT_TRUE(repositories_.around(scratch_.outside() + "/" + name).has_value());
  }
  EXPECT_EQ(repositories_.kept(), 2U);
}

TEST_F(RepositoriesTest, WhatHappensBetweenRequestsIsSeen) {
  scratch_.write("a", "1\n");
  scratch_.commit("one");
  EXPECT_EQ(count(), 0U);
  scratch_.write("b", "1\n");
  EXPECT_EQ(count(), 1U);
  scratch_.write(".git/info/exclude", "b\n");
  EXPECT_EQ(count(), 0U);
  scratch_.write("c", "1\n");
  scratch_.git("add c");
  EXPECT_EQ(count(), 1U);
  scratch_.commit("two");
  EXPECT_EQ(count(), 0U);
  scratch_.git("gc -q --prune=now && git pack-refs --all");
  scratch_.write("c", "2\n");
  EXPECT_EQ(count(), 1U);
  scratch_.git("config core.excludesFile /dev/null && chmod +x a");
  EXPECT_EQ(count(), 2U);
  scratch_.git("config core.fileMode false");
  EXPECT_EQ(count(), 1U);
}

TEST_F(RepositoriesTest, AnotherRepositoryInThePlaceOfTheFirst) {
  scratch_.write("a", "1\n");
  scratch_.commit("one");
  EXPECT_EQ(count(), 0U);
  scratch_.remove(".git");
  scratch_.git("init -q .");
  EXPECT_EQ(count(), 1U);
  scratch_.remove(".git");
  Budget budget;
  EXPECT_FALSE(working_tree_changes(repositories_, scratch_.path(), "HEAD", budget).has_value());
}

}  // namespace
}  // namespace collet::git
