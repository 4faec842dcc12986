#include "conversation/title.hpp"

#include <gtest/gtest.h>

#include "collet/json.hpp"

namespace collet::conversation {
namespace {

constexpr std::string_view kMessage =
    R"([{"type":"text","text":"Please fix the bug in the parser, it loops\nfor ever"}])";

TEST(Title, ShortAnswer_IsTaken) { EXPECT_EQ(title_from("  \"Parser bug\"\n", kMessage), "Parser bug"); }

TEST(Title, LongOrManyLines_TheMessageNamesIt) {
  EXPECT_EQ(title_from(std::string(60, 'x'), kMessage), "Please fix the bug in the parser, it loops");
  EXPECT_EQ(title_from("one\ntwo", kMessage), "Please fix the bug in the parser, it loops");
  EXPECT_EQ(title_from("", kMessage), "Please fix the bug in the parser, it loops");
}

TEST(Title, LongMessage_IsCutAtCharacters) {
  std::string text;
  for (int i = 0; i < 80; ++i) text += "ä";
  EXPECT_EQ(title_from("", "[{\"type\":\"text\",\"text\":\"" + text + "\"}]").size(),
            2 * kMostTitleCharacters);
}

TEST(Title, Messages_AreJson) { EXPECT_TRUE(json::parse(title_messages(kMessage))); }

}  // namespace
}  // namespace collet::conversation
