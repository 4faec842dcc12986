#include "terminal/terminal_texts.hpp"

#include <gtest/gtest.h>

namespace collet::bash {
namespace {

TEST(TerminalTexts_Seconds, always_have_a_fraction) {
  EXPECT_EQ(seconds_text(1), "1.0");
  EXPECT_EQ(seconds_text(0.5), "0.5");
  EXPECT_EQ(seconds_text(300), "300.0");
}

TEST(TerminalTexts_ShellEnded, leaves_out_what_bash_says_itself) {
  EXPECT_EQ(shell_ended_text(3, "exit").find("[The shell itself ended with exit status 3"), 0U);
  EXPECT_EQ(shell_ended_text(-9, "bye\nexit").find("bye\n[The shell itself was ended by signal 9"), 0U);
  EXPECT_EQ(shell_ended_text(0, "no exit").find("no exit\n["), 0U);
}

TEST(TerminalTexts_Keys, are_known_by_name) {
  EXPECT_EQ(key_bytes("C-c"), "\x03");
  EXPECT_EQ(key_bytes("C-D"), "\x04");
  EXPECT_EQ(key_bytes("C-z"), "\x1A");
  EXPECT_EQ(key_bytes("Enter"), "\n");
  EXPECT_EQ(key_bytes("Up"), "\x1B[A");
  EXPECT_FALSE(key_bytes("C-1"));
  EXPECT_FALSE(key_bytes("yes"));
  EXPECT_FALSE(key_bytes(""));
}

}  // namespace
}  // namespace collet::bash
