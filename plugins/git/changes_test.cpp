#include "changes.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <thread>

#include "collet/http.hpp"
#include "testing/scratch_repository.hpp"

namespace collet::git {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// "U a.txt"
std::vector<std::string> listed(const std::vector<Change>& changes) {
  std::vector<std::string> lines;
  for (const auto& change : changes)
    lines.push_back((change.status == Status::kAdded     ? "A "
                     : change.status == Status::kDeleted ? "D "
                                                         : "U ") +
                    change.path);
  return lines;
}

class ChangesTest : public ::testing::Test {
 protected:
  std::vector<std::string> changes(const std::optional<std::string>& ref = std::nullopt,
                                   const std::string& below = "") {
    Budget budget;
    return listed(
        working_tree_changes(scratch_.repositories(), scratch_.path() + below, ref, budget).value());
  }
  std::vector<std::string> of_commit(const std::string& name) {
    Budget budget;
    const auto repository = scratch_.repositories().around(scratch_.path());
    return listed(commit_changes(*repository, repository->commit_named(name), budget));
  }

  testing::ScratchRepository scratch_;
};

TEST_F(ChangesTest, NoRepository) {
  Budget budget;
  EXPECT_EQ(working_tree_changes(scratch_.repositories(), scratch_.outside(), std::nullopt, budget),
            std::nullopt);
  EXPECT_EQ(working_tree_changes(scratch_.repositories(), scratch_.outside() + "/nope", std::nullopt, budget),
            std::nullopt);
  EXPECT_EQ(working_tree_changes(scratch_.repositories(), "", std::nullopt, budget), std::nullopt);
}

TEST_F(ChangesTest, WithoutCommits_EverythingIsNew) {
  EXPECT_THAT(changes(), IsEmpty());
  scratch_.write("staged", "s\n");
  scratch_.git("add staged");
  scratch_.write("d/e/new", "n\n");
  EXPECT_THAT(changes(), ElementsAre("A d/e/new", "A staged"));
  EXPECT_THAT(changes("HEAD"), ElementsAre("A d/e/new", "A staged"));
}

TEST_F(ChangesTest, EveryKindOfChange) {
  for (const char* name : {"edited", "staged", "gone", "removed", "moved", "both", "back", "kept"})
    scratch_.write(name, std::string(name) + "\n1\n2\n3\n");
  scratch_.write("type", "text\n");
  scratch_.commit("one");
  scratch_.write("edited", "x\n");
  scratch_.write("staged", "x\n");
  scratch_.git("add staged && git rm -q removed && git mv moved to && git rm -q --cached both");
  scratch_.write("back", "other\n");
  scratch_.git("add back");
  scratch_.write("back", "back\n1\n2\n3\n");  // as it was in the commit
  scratch_.remove("gone");
  scratch_.shell("ln -sf edited type && touch kept");
  scratch_.write("added-and-gone", "x");
  scratch_.git("add added-and-gone");
  scratch_.remove("added-and-gone");
  scratch_.write("new", "x\n");
  EXPECT_THAT(changes(), ElementsAre("D both", "A both", "U edited", "D gone", "D moved", "A new",
                                     "D removed", "U staged", "A to", "U type"));
}

TEST_F(ChangesTest, ModesAndContentNotTimesDecide) {
  scratch_.write("a", "a\n");
  scratch_.write("b", "b\n");
  scratch_.commit("one");
  scratch_.shell("touch -d 2001-01-01 a && chmod +x b");
  EXPECT_THAT(changes(), ElementsAre("U b"));
}

TEST_F(ChangesTest, AgainstAnOlderCommit) {
  scratch_.write("a", "1\n");
  scratch_.commit("one");
  scratch_.write("a", "2\n");
  scratch_.write("b", "b\n");
  scratch_.commit("two");
  scratch_.write("a", "1\n");
  EXPECT_THAT(changes("HEAD"), ElementsAre("U a"));
  EXPECT_THAT(changes("HEAD~1"), ElementsAre("A b")) << "a is as it was there";
}

TEST_F(ChangesTest, UntrackedFilesOneByOneWithoutIgnoredOnes) {
  scratch_.write(".gitignore", "*.o\nbuild/\n!keep.o\n");
  scratch_.write("sub/.gitignore", "local\n");
  scratch_.commit("one");
  scratch_.write(".git/info/exclude", "mine\n");
  for (const char* name :
       {"a.o", "keep.o", "build/x", "sub/local", "sub/other", "mine", "n/e/w", "space name"})
    scratch_.write(name, "x");
  std::filesystem::create_directories(scratch_.path() + "/empty/folder");
  EXPECT_THAT(changes(), ElementsAre("A keep.o", "A n/e/w", "A space name", "A sub/other"));
}

TEST_F(ChangesTest, FromASubfolder_OnlyItsUntrackedFilesAreListed) {
  scratch_.write("sub/tracked", "1\n");
  scratch_.commit("one");
  scratch_.write("sub/tracked", "2\n");
  scratch_.write("sub/new", "x\n");
  scratch_.write("subx/new", "x\n");
  EXPECT_THAT(changes(std::nullopt, "/sub"), ElementsAre("A new", "U sub/tracked"));
}

TEST_F(ChangesTest, NamesThatAreNoUtf8) {
  scratch_.write("caf\xE9", "x");
  scratch_.write("new\nline", "x");
  scratch_.write("-n", "x");
  EXPECT_THAT(changes(), ElementsAre("A -n", "A caf\xE9", "A new\nline"));
}

TEST_F(ChangesTest, AConflictIsAnUpdate) {
  scratch_.write("a", "1\n");
  scratch_.commit("one");
  scratch_.git("checkout -q -b other");
  scratch_.write("a", "2\n");
  scratch_.commit("two");
  scratch_.git("checkout -q main");
  scratch_.write("a", "3\n");
  scratch_.commit("three");
  scratch_.shell("git merge other >/dev/null || true");
  EXPECT_THAT(changes(), ElementsAre("U a"));
}

TEST_F(ChangesTest, AFolderInPlaceOfAFileAndTheOtherWayRound) {
  scratch_.write("file", "x\n");
  scratch_.write("folder/x", "x\n");
  scratch_.commit("one");
  scratch_.remove("file");
  scratch_.remove("folder");
  scratch_.write("file/y", "y\n");
  scratch_.write("folder", "y\n");
  EXPECT_THAT(changes(), ElementsAre("D file", "A file/y", "A folder", "D folder/x"));
}

TEST_F(ChangesTest, RepositoriesBelow_SpeakForThemselves) {
  scratch_.write("a", "1\n");
  scratch_.commit("one");
  scratch_.write("inner/x", "1\n");
  scratch_.write("innermost", "not in it\n");
  scratch_.shell("git init -q -b main inner && cd inner && git add x && git commit -q -m inner");
  scratch_.write("inner/x", "2\n");
  scratch_.write("inner/y", "1\n");
  scratch_.shell("git init -q empty");
  scratch_.write("empty/z", "1\n");
  scratch_.write("deep/er/z", "1\n");
  scratch_.shell("git init -q deep/er");
  scratch_.write("broken/.git", "gitdir: /nowhere\n");
  scratch_.write("broken/z", "1\n");
  EXPECT_THAT(changes(),
              ::testing::AllOf(::testing::Contains("U inner/x"), ::testing::Contains("A inner/y"),
                               ::testing::Contains("A innermost"), ::testing::Contains("A empty/z"),
                               ::testing::Contains("A deep/er")));
  scratch_.git("tag only-outside");
  const auto with_ref = changes("only-outside");
  EXPECT_THAT(with_ref, ::testing::Not(::testing::Contains(HasSubstr("inner/"))));
  EXPECT_THAT(with_ref, ::testing::Contains("A innermost"));
}

TEST_F(ChangesTest, Submodules) {
  testing::run(scratch_.outside(),
               "git init -q -b main lib && cd lib && echo 1 > f && git add f && git commit -q -m lib");
  scratch_.git("-c protocol.file.allow=always submodule add -q ../lib lib 2>&1");
  scratch_.git("-c protocol.file.allow=always submodule add -q ../lib deep/lib 2>&1");
  scratch_.commit("one");
  EXPECT_THAT(changes(), IsEmpty());
  scratch_.write("lib/f", "2\n");
  scratch_.write("deep/lib/f", "2\n");
  EXPECT_THAT(changes(), ElementsAre("U deep/lib", "U lib/f"));
}

TEST_F(ChangesTest, LinkedWorkingTree) {
  scratch_.write("a", "1\n");
  scratch_.commit("one");
  scratch_.git("worktree add -q -b other ../linked");
  testing::run(scratch_.outside() + "/linked", "echo 2 > a && git commit -q -a -m two && echo new > b");
  Budget budget;
  EXPECT_THAT(listed(working_tree_changes(scratch_.repositories(), scratch_.outside() + "/linked",
                                          std::nullopt, budget)
                         .value()),
              ElementsAre("U a", "A b"))
      << "against main";
  EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(ChangesTest, SparseCheckout_WhatIsLeftOutIsNotDeleted) {
  scratch_.write("in/a", "1\n");
  scratch_.write("out/b", "1\n");
  scratch_.commit("one");
  scratch_.git("sparse-checkout set in");
  ASSERT_FALSE(std::filesystem::exists(scratch_.path() + "/out/b"));
  EXPECT_THAT(changes(), IsEmpty());
  scratch_.write("in/a", "2\n");
  EXPECT_THAT(changes(), ElementsAre("U in/a"));
}

TEST_F(ChangesTest, ABareRepositoryHasNoWorkingTree) {
  testing::run(scratch_.outside(), "git init -q --bare bare");
  Budget budget;
  EXPECT_THROW(
      working_tree_changes(scratch_.repositories(), scratch_.outside() + "/bare", std::nullopt, budget),
      Refusal);
  EXPECT_THROW(working_tree_changes(scratch_.repositories(), scratch_.path() + "/.git", std::nullopt, budget),
               Refusal);
}

TEST_F(ChangesTest, NothingIsWritten) {
  scratch_.write("a", "1\n");
  scratch_.commit("one");
  scratch_.shell("touch -d 2001-01-01 a");  // git status would refresh the index
  const auto fingerprint = [&] {
    return scratch_.shell("find . -type f -printf '%p %i %s %T@ %C@\\n' | sort");
  };
  const auto before = fingerprint();
  EXPECT_THAT(changes(), IsEmpty());
  EXPECT_EQ(fingerprint(), before);
}

TEST_F(ChangesTest, TooManyChanges_AreRefusedInWords) {
  for (int i = 0; i < 12; ++i) scratch_.write("f" + std::to_string(i), "x");
  Limits limits;
  limits.changes = 10;
  Budget budget(limits);
  try {
    working_tree_changes(scratch_.repositories(), scratch_.path(), std::nullopt, budget);
    ADD_FAILURE() << "not refused";
  } catch (const Refusal& refusal) {
    EXPECT_EQ(refusal.response().status, 400);
    EXPECT_THAT(refusal.response().body, HasSubstr("More than 10 changes"));
  }
}

TEST_F(ChangesTest, TimeAndAStoppingServer_EndIt) {
  for (int i = 0; i < 12; ++i) scratch_.write("f" + std::to_string(i), "x");
  Limits limits;
  limits.time = std::chrono::milliseconds(-1);
  const std::atomic<bool> stopping = true;
  for (Budget budget : {Budget(limits), Budget({}, &stopping)}) {
    try {
      working_tree_changes(scratch_.repositories(), scratch_.path(), std::nullopt, budget);
      ADD_FAILURE() << "not ended";
    } catch (const Refusal& refusal) {
      EXPECT_EQ(refusal.response().status, 503);
    }
  }
}

TEST_F(ChangesTest, OfACommit) {
  scratch_.write("a", "1\n");
  scratch_.write("b", "same\n2\n3\n");
  scratch_.commit("one");
  scratch_.write("a", "2\n");
  scratch_.git("mv b c");
  scratch_.commit("two");
  EXPECT_THAT(of_commit("HEAD"), ElementsAre("U a", "D b", "A c"));
  EXPECT_THAT(of_commit("HEAD~1"), ElementsAre("A a", "A b"));
  scratch_.git("checkout -q -b side HEAD~1");
  scratch_.write("s", "s\n");
  scratch_.commit("three");
  scratch_.git("checkout -q main && git merge -q --no-edit side");
  EXPECT_THAT(of_commit("HEAD"), ElementsAre("A s")) << "a merge against its first parent";
}

}  // namespace
}  // namespace collet::git
