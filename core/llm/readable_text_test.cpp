#include "llm/readable_text.hpp"

#include <gtest/gtest.h>

namespace collet::llm {
namespace {

TEST(ReadableText, ValidText_IsKept) { EXPECT_EQ(readable_text(" grüße\n€ 😀 \n", 100), "grüße\n€ 😀"); }

TEST(ReadableText, InvalidBytes_BecomeReplacementCharacters) {
  EXPECT_EQ(readable_text("a\xff"
                          "b",
                          100),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(readable_text("\xc0\xaf", 100), "\xef\xbf\xbd\xef\xbf\xbd") << "overlong";
  EXPECT_EQ(readable_text("x\xed\xa0\x80y", 100), "x\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdy") << "surrogate";
  EXPECT_EQ(readable_text("x\xe2\x82", 100), "x\xef\xbf\xbd\xef\xbf\xbd") << "cut";
}

TEST(ReadableText, ControlCharacters_BecomeBlanks) {
  EXPECT_EQ(readable_text(std::string("a\0b\x1b[0m\rc", 9), 100), "a b [0m c");
}

TEST(ReadableText, LongText_IsCutBetweenCharacters) {
  EXPECT_EQ(readable_text("äää", 3), "ä…");
  EXPECT_EQ(readable_text("abc", 3), "abc");
  EXPECT_EQ(readable_text("", 3), "");
}

}  // namespace
}  // namespace collet::llm
