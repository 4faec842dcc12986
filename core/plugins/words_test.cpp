#include "plugins/words.hpp"

#include <gtest/gtest.h>

namespace collet::plugins {
namespace {

TEST(Words, ForPeople_AreOneCleanLine) {
  EXPECT_EQ(line_for_people("no weather today"), "no weather today");
  EXPECT_EQ(line_for_people("bad \xff byte"), "bad \xef\xbf\xbd byte");
  EXPECT_EQ(line_for_people("one\ntwo\r\n\x1b[31mred\x7f\tK\xc3\xb6ln\n"), "one two   [31mred  K\xc3\xb6ln");
  EXPECT_EQ(line_for_people("a\xc2\x9b"
                            "31m"),
            "a 31m")
      << "the one byte that begins a terminal's command";
  EXPECT_LE(line_for_people(std::string(10'000, 'x')).size(), kLineBytes + 3);
}

TEST(Words, ForAModel_KeepTheirLines) {
  const std::string lines = "error:\n\tat line 1\r\n\x1b[0m";
  EXPECT_EQ(text_for_model(lines), lines);
  EXPECT_EQ(text_for_model("a\n\xff"), "a\n\xef\xbf\xbd");
  EXPECT_EQ(text_for_model(std::string("a\n\0b", 4)), "a\n b");
}

}  // namespace
}  // namespace collet::plugins
