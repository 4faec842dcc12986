#include "search/glob_pattern.hpp"

#include <gtest/gtest.h>

namespace collet::file {
namespace {

bool matches(std::string_view pattern, std::string_view path) { return GlobPattern(pattern).matches(path); }

TEST(GlobPattern_Names, match_at_any_depth) {
  EXPECT_TRUE(matches("*.txt", "a.txt"));
  EXPECT_TRUE(matches("*.txt", "x/y/a.txt"));
  EXPECT_TRUE(matches("a?.txt", "x/ab.txt"));
  EXPECT_TRUE(matches("Makefile", "x/Makefile"));
  EXPECT_FALSE(matches("*.txt", "a.txt/b"));
  EXPECT_FALSE(matches("Makefile", "x/Makefile.am"));
}

TEST(GlobPattern_Paths, begin_at_the_folder) {
  EXPECT_TRUE(matches("src/*.ts", "src/a.ts"));
  EXPECT_TRUE(matches("./src/*.ts", "src/a.ts"));
  EXPECT_FALSE(matches("src/*.ts", "x/src/a.ts"));
  EXPECT_FALSE(matches("src/*.ts", "src/deep/a.ts"));
  EXPECT_TRUE(matches("/a", "a"));
  EXPECT_FALSE(matches("/a", "x/a"));
}

TEST(GlobPattern_TwoStars, stand_for_any_folders) {
  for (const auto* path : {"a.ts", "x/a.ts", "x/y/a.ts"}) EXPECT_TRUE(matches("**/*.ts", path)) << path;
  EXPECT_TRUE(matches("src/**/a.ts", "src/a.ts"));
  EXPECT_TRUE(matches("src/**/a.ts", "src/x/y/a.ts"));
  EXPECT_TRUE(matches("src/**", "src/x/y"));
  EXPECT_FALSE(matches("src/**", "src"));
  EXPECT_TRUE(matches("**/*", ".hidden"));
}

TEST(GlobPattern_Sets, and_alternatives) {
  EXPECT_TRUE(matches("*.{ts,tsx}", "a.tsx"));
  EXPECT_FALSE(matches("*.{ts,tsx}", "a.tsxx"));
  EXPECT_TRUE(matches("[a-c]1", "b1"));
  EXPECT_FALSE(matches("[!a-c]1", "b1"));
  EXPECT_TRUE(matches("[]x]", "]"));
  EXPECT_TRUE(matches("\\*.c", "*.c"));
  EXPECT_FALSE(matches("\\*.c", "a.c"));
  EXPECT_TRUE(matches("a(b)+$.c", "a(b)+$.c"));
  EXPECT_TRUE(matches("caf\xC3\xA9*", "caf\xC3\xA9.txt"));
  EXPECT_TRUE(matches("*.txt", "\xFF\xFE.txt")) << "names may hold any bytes";
}

TEST(GlobPattern_Malformed, throws) {
  for (const auto* pattern : {"[a", "{a,b", "[z-a]"})
    EXPECT_THROW(GlobPattern{pattern}, std::invalid_argument) << pattern;
  EXPECT_THROW(GlobPattern(std::string(5000, '*')), std::invalid_argument);
}

TEST(GlobPattern_Hostile, takes_no_longer) {
  std::string pattern;
  for (int i = 0; i < 30; ++i) pattern += "*a";
  EXPECT_FALSE(matches(pattern + "/b", std::string(200, 'a')));
}

}  // namespace
}  // namespace collet::file
