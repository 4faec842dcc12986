#include "archive/excludes.hpp"

#include <gtest/gtest.h>

namespace collet::file {
namespace {

bool file(std::string_view path, const std::string& pattern) { return is_excluded(path, false, {pattern}); }
bool folder(std::string_view path, const std::string& pattern) { return is_excluded(path, true, {pattern}); }

TEST(Excludes, a_bare_name_holds_at_any_depth) {
  EXPECT_TRUE(file("a/b/x.pyc", "*.pyc"));
  EXPECT_TRUE(file("x.pyc/inside", "*.pyc"));
  EXPECT_FALSE(file("a/b/x.py", "*.pyc"));
  EXPECT_TRUE(folder("a/node_modules", "node_modules"));
  EXPECT_TRUE(file("a/secret", "[!a-r]ecret"));
}

TEST(Excludes, a_slash_at_the_end_means_folders) {
  EXPECT_TRUE(folder("a/build", "build/"));
  EXPECT_FALSE(file("a/build", "build/"));
  EXPECT_TRUE(file("a/build/x", "build/"));
  EXPECT_TRUE(folder("a/b", "a/b/"));
  EXPECT_FALSE(file("a/b", "a/b/"));
  EXPECT_TRUE(file("a/b/c", "a/b/"));
}

TEST(Excludes, a_path_holds_from_the_top_and_never_crosses_a_slash) {
  EXPECT_TRUE(file("secrets/prod", "secrets/prod"));
  EXPECT_TRUE(file("secrets/prod/key", "secrets/prod"));
  EXPECT_FALSE(file("x/secrets/prod", "secrets/prod"));
  EXPECT_TRUE(file("a/x/c", "a/*/c"));
  EXPECT_FALSE(file("a/b/test", "*/test"));
  EXPECT_FALSE(file("a", "a/b"));
}

TEST(Excludes, patterns_that_say_nothing_exclude_nothing) {
  EXPECT_FALSE(file("a", ""));
  EXPECT_FALSE(file("a", "/"));
  EXPECT_FALSE(is_excluded("", true, {"*"}));
  EXPECT_FALSE(is_excluded("a/b", false, {}));
}

TEST(Excludes, know_where_git_keeps_passwords) {
  for (const auto* path : {".git/config", "sub/.git/config", ".git/modules/m/config", ".git/logs/HEAD",
                           ".git/FETCH_HEAD", ".git/logs", ".git/credentials", ".git/config.worktree"})
    EXPECT_TRUE(is_sensitive(path)) << path;
  for (const auto* path :
       {".git", ".git/HEAD", "config", "a/config", "logs/x", ".github/config", ".git/objects/ab/cd"})
    EXPECT_FALSE(is_sensitive(path)) << path;
}

}  // namespace
}  // namespace collet::file
