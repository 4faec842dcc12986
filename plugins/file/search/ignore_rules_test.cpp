#include "search/ignore_rules.hpp"

#include <gtest/gtest.h>

namespace collet::file {
namespace {

using Verdict = IgnoreFile::Verdict;

TEST(IgnoreFile_Rules, last_match_decides) {
  const IgnoreFile file("# comment\n\n*.log\n!keep.log\n/top\nbuild/\ndoc/*.txt\n");
  EXPECT_EQ(file.verdict("x/a.log", false), Verdict::kIgnore);
  EXPECT_EQ(file.verdict("x/keep.log", false), Verdict::kKeep);
  EXPECT_EQ(file.verdict("top", false), Verdict::kIgnore);
  EXPECT_EQ(file.verdict("x/top", false), Verdict::kNothing);
  EXPECT_EQ(file.verdict("x/build", true), Verdict::kIgnore);
  EXPECT_EQ(file.verdict("x/build", false), Verdict::kNothing);
  EXPECT_EQ(file.verdict("doc/a.txt", false), Verdict::kIgnore);
  EXPECT_EQ(file.verdict("x/doc/a.txt", false), Verdict::kNothing);
  EXPECT_EQ(file.verdict("comment", false), Verdict::kNothing);
}

TEST(IgnoreFile_OddLines, are_read_as_git_does) {
  const IgnoreFile file("trailing   \r\n\\#name\n\\!bang\n[broken\nend");
  EXPECT_EQ(file.verdict("trailing", false), Verdict::kIgnore);
  EXPECT_EQ(file.verdict("#name", false), Verdict::kIgnore);
  EXPECT_EQ(file.verdict("!bang", false), Verdict::kIgnore);
  EXPECT_EQ(file.verdict("[broken", false), Verdict::kNothing);
  EXPECT_EQ(file.verdict("end", false), Verdict::kIgnore);
}

TEST(IgnoreFile_Missing, says_nothing) {
  EXPECT_EQ(IgnoreFile::read("/nonexistent/.gitignore").verdict("a", false), Verdict::kNothing);
}

}  // namespace
}  // namespace collet::file
