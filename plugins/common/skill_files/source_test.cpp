#include "source.hpp"

#include <gtest/gtest.h>

#include "text_file.hpp"

namespace collet::skill_files {
namespace {

Source git(const std::string& text) {
  auto source = parse_source(text, "/home/u");
  EXPECT_EQ(source.kind, Source::Kind::kGit) << text;
  return source;
}

TEST(SourceText, MayBeAFolder) {
  EXPECT_EQ(parse_source(" /a/b ", "/home/u").place, "/a/b");
  EXPECT_EQ(parse_source("~/b", "/home/u").place, "/home/u/b");
  EXPECT_EQ(parse_source("a/b", "/home/u").place, "a/b");
  EXPECT_EQ(parse_source("/a", "/home/u").kind, Source::Kind::kLocal);
  EXPECT_THROW(parse_source("/a", "/home/u", {}, "sub"), FileError);
}

TEST(SourceText, MayBeOnGithub) {
  EXPECT_EQ(git("github:o/r").place, "https://github.com/o/r.git");
  const auto whole = git("github:o/r@v1/skills/x");
  EXPECT_EQ(whole.place, "https://github.com/o/r.git");
  EXPECT_EQ(whole.ref, "v1");
  EXPECT_EQ(whole.folder, "skills/x");
  EXPECT_EQ(git("github:o/r/skills/x").folder, "skills/x");
  const auto tree = git("https://github.com/o/r/tree/main/skills/x");
  EXPECT_EQ(tree.place, "https://github.com/o/r.git");
  EXPECT_EQ(tree.ref, "main");
  EXPECT_EQ(tree.folder, "skills/x");
  for (const auto* bad : {"github:", "github:o", "github:/r", "github:o/"})
    EXPECT_THROW(git(bad), FileError) << bad;
}

TEST(SourceText, MayBeAUrl) {
  EXPECT_EQ(git("https://h/r/").place, "https://h/r.git");
  EXPECT_EQ(git("https://h/r.git").place, "https://h/r.git");
  EXPECT_EQ(git("file:///a/r").place, "file:///a/r");
  EXPECT_EQ(base_name(git("https://h/a/r.git")), "r");
  EXPECT_EQ(base_name(git("file:///a/r/")), "r");
  EXPECT_EQ(base_name(git("https://h/a/r/.git")), "r");
  for (const auto* bad : {"git@h:o/r.git", "ssh://h/r", "git://h/r", "ftp://h/r", "name", "", "ext::sh -c x"})
    EXPECT_THROW(parse_source(bad, "/home/u"), FileError) << bad;
}

TEST(SourceText, ALoginIsKeptApart) {
  const auto source = git("https://u%40x:p%3Aw@h/r");
  EXPECT_EQ(source.place, "https://h/r.git");
  EXPECT_EQ(source.shown, "https://****@h/r");
  EXPECT_EQ(source.user, "u@x");
  EXPECT_EQ(source.password, "p:w");
  EXPECT_EQ(git("https://token@h/r").user, "token");
  EXPECT_FALSE(git("https://h/a@b").has_login());
}

TEST(SourceText, WhatIsAskedForBesidesCountsFirst) {
  const auto source = parse_source("github:o/r@v1/a", "/home/u", "v2", "/b/c/");
  EXPECT_EQ(source.ref, "v2");
  EXPECT_EQ(source.folder, "b/c");
  for (const auto* bad : {"../x", "a/../b", "a//b", "."})
    EXPECT_THROW(parse_source("github:o/r", "/home/u", {}, bad), FileError) << bad;
}

}  // namespace
}  // namespace collet::skill_files
