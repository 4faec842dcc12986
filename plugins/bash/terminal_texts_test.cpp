#include "terminal_texts.hpp"

#include <gtest/gtest.h>

namespace collet::bash {
namespace {

TEST(TerminalTexts_Seconds, always_have_a_fraction) {
  EXPECT_EQ(seconds_text(1), "1.0");
  EXPECT_EQ(seconds_text(0.5), "0.5");
  EXPECT_EQ(seconds_text(300), "300.0");
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
