#include "archive/git_repository.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "archive/excludes.hpp"
#include "collet/testing/temporary_folder.hpp"

namespace collet::file {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Repositories are made with git itself, which also says whether it takes our deltas.
class Git : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("git --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "there is no git here";
    ::setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
    fs::create_directory(folder_ / "repo");
    git("init -q -b main");
  }
  bool git(const std::string& command, const std::string& in = "repo") const {
    return std::system(("cd '" + folder_.path() + "/" + in +
                        "' && git -c user.name=T -c user.email=t@example.org " + command + " >/dev/null 2>&1")
                           .c_str()) == 0;
  }
  void commit() const {
    git("add -A");
    ASSERT_TRUE(git("commit -q -m x"));
  }
  std::string root() const { return folder_.path() + "/repo"; }
  std::string delta(const std::string& base = "", const std::string& below = "") const {
    const GitRepository repository(root() + below);
    std::string text;
    repository.write_delta(
        repository.base_commit(base),
        [](std::string_view path) { return is_excluded(path, false, default_excludes()); },
        [&](std::string_view more) { text += more; });
    return text;
  }
  collet::testing::TemporaryFolder folder_;
};

TEST_F(Git, a_new_repository_is_against_the_empty_tree) {
  folder_.write("repo/a.txt", "one\nTWO\n");
  EXPECT_EQ(
      delta(),
      "diff --git a/a.txt b/a.txt\nnew file mode 100644\nindex 0000000..879de50\n--- /dev/null\n+++ b/a.txt\n"
      "@@ -0,0 +1,2 @@\n+one\n+TWO\n");
  commit();
  EXPECT_THAT(delta(), HasSubstr("+TWO"));
  EXPECT_EQ(delta("HEAD"), "");
}

TEST_F(Git, its_deltas_apply) {
  const std::string bytes("\0\1\2binary\xff", 10);
  folder_.write("repo/changed", "one\ntwo\nthree\n");
  folder_.write("repo/gone", "x\n");
  folder_.write("repo/blob", bytes + "old");
  folder_.write("repo/run.sh", "#!/bin/sh\n");
  folder_.write("repo/.gitignore", "*.log\n");
  commit();
  ASSERT_TRUE(git("clone -q repo copy", "."));
  folder_.write("repo/changed", "one\n2\nthree\nno end of line");
  fs::remove(folder_ / "repo/gone");
  folder_.write("repo/blob", bytes + "new");
  fs::permissions(folder_ / "repo/run.sh", fs::perms::owner_all);
  folder_.write("repo/new/deep", "new\n");
  folder_.write("repo/new blob", bytes);
  folder_.write("repo/empty", "");
  folder_.write("repo/staged", "staged\n");
  git("add staged");
  folder_.write("repo/a.log", "ignored");
  folder_.write("repo/node_modules/x", "excluded");
  folder_.write("repo/K\xc3\xb6ln", "name\n");
  const auto text = delta("HEAD");
  EXPECT_THAT(text, Not(HasSubstr("a.log")));
  EXPECT_THAT(text, Not(HasSubstr("node_modules")));
  folder_.write("delta.patch", text);
  ASSERT_TRUE(git("apply --index ../delta.patch", "copy")) << text;
  for (const auto* name :
       {"changed", "blob", "run.sh", "new/deep", "new blob", "empty", "staged", "K\xc3\xb6ln"})
    EXPECT_EQ(folder_.read(std::string("copy/") + name), folder_.read(std::string("repo/") + name)) << name;
  EXPECT_FALSE(fs::exists(folder_ / "copy/gone"));
  EXPECT_FALSE(fs::exists(folder_ / "copy/a.log"));
}

TEST_F(Git, leaves_the_index_alone) {
  folder_.write("repo/a", "x\n");
  commit();
  folder_.write("repo/b", "y\n");
  const auto before = folder_.read("repo/.git/index");
  delta("HEAD");
  EXPECT_EQ(folder_.read("repo/.git/index"), before);
}

TEST_F(Git, is_against_what_origin_has) {
  folder_.write("repo/a", "x\n");
  commit();
  ASSERT_TRUE(git("clone -q repo copy", "."));
  folder_.write("copy/b", "committed here\n");
  ASSERT_TRUE(git("add b", "copy") && git("commit -q -m y", "copy"));
  folder_.write("copy/c", "not even committed\n");
  const GitRepository copy(folder_.path() + "/copy");
  const GitRepository origin(root());
  EXPECT_EQ(copy.base_commit(""), origin.base_commit("HEAD"));
  EXPECT_EQ(copy.facts().head, copy.base_commit("HEAD"));
  EXPECT_EQ(copy.facts().branch, "main");
  ASSERT_TRUE(git("checkout -q --detach", "copy"));
  EXPECT_EQ(copy.base_commit(""), copy.facts().head);
  EXPECT_EQ(copy.facts().branch, "DETACHED");
  EXPECT_THROW(copy.base_commit("nonsense"), GitError);
}

TEST_F(Git, of_a_folder_below_it_shows_that_folder_only) {
  folder_.write("repo/sub/a", "x\n");
  folder_.write("repo/subway/b", "y\n");
  folder_.write("repo/c", "z\n");
  EXPECT_THAT(delta("", "/sub"), StartsWith("diff --git a/sub/a b/sub/a"));
  EXPECT_THAT(delta("", "/sub"), Not(HasSubstr("subway")));
}

TEST_F(Git, finds_the_one_repository_below_a_folder) {
  EXPECT_EQ(find_repository_root(root()), root());
  EXPECT_EQ(find_repository_root(folder_.path()), root());
  fs::create_directories(folder_ / "deep/one/two/.git");
  EXPECT_EQ(find_repository_root(folder_.path() + "/deep"), folder_.path() + "/deep/one/two");
  EXPECT_EQ(find_repository_root(folder_.path()), folder_.path());
  fs::create_directories(folder_ / "v/node_modules/m/.git");
  EXPECT_EQ(find_repository_root(folder_.path() + "/v"), folder_.path() + "/v");
  EXPECT_THROW(GitRepository(folder_.path() + "/v"), GitError);
}

TEST(GitRemote, shows_no_password) {
  EXPECT_EQ(without_credentials("https://x-access-token:T@example.org/o/r.git"),
            "https://****@example.org/o/r.git");
  EXPECT_EQ(without_credentials("https://T@example.org/a@b"), "https://****@example.org/a@b");
  EXPECT_EQ(without_credentials("https://example.org/o/r?q=1&private_token=T&x=2"),
            "https://example.org/o/r?q=1&private_token=%3Credacted%3E&x=2");
  EXPECT_EQ(without_credentials("ssh://git:T@example.org/r"), "ssh://****@example.org/r");
  EXPECT_EQ(without_credentials("ssh://git@example.org/r"), "ssh://git@example.org/r");
  EXPECT_EQ(without_credentials("git@example.org:o/r.git"), "git@example.org:o/r.git");
  EXPECT_EQ(without_credentials("/srv/r.git"), "/srv/r.git");
}

}  // namespace
}  // namespace collet::file
