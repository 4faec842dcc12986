#include "base/printable.hpp"

#include <gtest/gtest.h>

namespace collet {
namespace {

TEST(Printable, EscapesWhatEndsALineOrSteersATerminal) {
  EXPECT_EQ(printable("a\nb\rc\td"), "a\\nb\\rc\\td");
  EXPECT_EQ(printable("\x1b[31m\x7f" + std::string(1, '\0')), "\\x1b[31m\\x7f\\x00");
  EXPECT_EQ(printable("a\u0085b\u009b2J\u2028\u2029"), "a\\u0085b\\u009b2J\\u2028\\u2029");
  EXPECT_EQ(printable("\x9b"
                      "2J"),
            "\\x9b2J")
      << "a bare byte";
  EXPECT_EQ(printable("\xe2\x82\n"), "\xe2\x82\\n") << "in the middle of a letter";
}

TEST(Printable, LeavesLettersOfAllKinds) {
  for (const std::string_view text : {"plain \"text\" \\n", "é ✓ 🔒 \u00a0 日本", ""})
    EXPECT_EQ(printable(text), text);
}

}  // namespace
}  // namespace collet
