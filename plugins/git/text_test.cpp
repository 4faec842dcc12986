#include "text.hpp"

#include <gtest/gtest.h>

namespace collet::git {
namespace {

TEST(TextTest, InvalidBytesAreReplaced) {
  EXPECT_EQ(utf8("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"), "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80");
  EXPECT_EQ(utf8("caf\xE9!"), "caf\xEF\xBF\xBD!");
  EXPECT_EQ(utf8("\xE2\x82"), "\xEF\xBF\xBD");                              // cut
  EXPECT_EQ(utf8("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");                  // overlong
  EXPECT_EQ(utf8("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // half a surrogate pair
  EXPECT_EQ(utf8("\xF4\x90\x80\x80").substr(0, 3), "\xEF\xBF\xBD");         // above U+10FFFF
}

TEST(TextTest, ASideHasPlainLinesAndNoFinalNewline) {
  EXPECT_EQ(side(""), "");
  EXPECT_EQ(side("a\nb\n"), "a\nb");
  EXPECT_EQ(side("a\n\n"), "a\n");
  EXPECT_EQ(side("\n a"), "\n a");
  EXPECT_EQ(side("a\r\nb\rc\r\n"), "a\nb\nc");
}

TEST(TextTest, ANulMakesItBinary) {
  EXPECT_TRUE(is_binary(std::string_view("a\0b", 3)));
  EXPECT_FALSE(is_binary("text"));
  EXPECT_FALSE(is_binary(std::string(8000, 'x') + std::string(1, '\0')));
}

}  // namespace
}  // namespace collet::git
