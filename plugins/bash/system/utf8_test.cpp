#include "system/utf8.hpp"

#include <gtest/gtest.h>

namespace collet::bash {
namespace {

std::string clean(std::string_view bytes) {
  Utf8Cleaner cleaner;
  std::string text = cleaner.push(bytes);
  return text + cleaner.finish();
}

TEST(Utf8Cleaner_Push, keeps_what_is_valid_and_replaces_the_rest) {
  EXPECT_EQ(clean("aä€😀"), "aä€😀");
  EXPECT_EQ(clean("\xFF\xFE"
                  "abc"),
            "\uFFFD\uFFFDabc");
  EXPECT_EQ(clean("\xE2\x82"
                  "x"),
            "\uFFFDx");
  EXPECT_EQ(clean("\xE2\x82"), "\uFFFD");
  EXPECT_EQ(clean("\xC0\x80"), "\uFFFD\uFFFD");
  EXPECT_EQ(clean("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");
}

TEST(Utf8Cleaner_Push, gives_the_same_text_however_it_is_cut) {
  const std::string bytes = "a\xC3\xA4\xFF\xF0\x9F\x98\x80\xE2\x82z";
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    Utf8Cleaner cleaner;
    std::string text = cleaner.push(std::string_view(bytes).substr(0, cut));
    text += cleaner.push(std::string_view(bytes).substr(cut));
    EXPECT_EQ(text + cleaner.finish(), clean(bytes)) << cut;
  }
}

TEST(Utf8_Positions, count_characters_not_bytes) {
  EXPECT_EQ(count_characters("aä😀"), 3U);
  EXPECT_EQ(prefix_bytes("aä😀", 2), 3U);
  EXPECT_EQ(prefix_bytes("aä", 9), 3U);
  EXPECT_EQ(suffix_start("aä😀", 2), 1U);
  EXPECT_EQ(suffix_start("aä", 9), 0U);
}

}  // namespace
}  // namespace collet::bash
