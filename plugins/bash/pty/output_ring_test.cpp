#include "pty/output_ring.hpp"

#include <gtest/gtest.h>

namespace collet::bash {
namespace {

std::string all(const OutputRing& ring) {
  std::string text;
  for (auto at = ring.begin(); at < ring.end();) {
    const auto piece = ring.read(at, 3);
    EXPECT_FALSE(piece.empty());
    text += piece;
    at += piece.size();
  }
  return text;
}

TEST(OutputRing, keeps_the_last_bytes_by_their_offset) {
  OutputRing ring(8);
  EXPECT_EQ(all(ring), "");
  ring.append("abc");
  EXPECT_EQ(ring.begin(), 0U);
  EXPECT_EQ(all(ring), "abc");
  ring.append("defgh");
  EXPECT_EQ(all(ring), "abcdefgh");
  ring.append("ij");
  EXPECT_EQ(ring.begin(), 2U);
  EXPECT_EQ(ring.end(), 10U);
  EXPECT_EQ(all(ring), "cdefghij");
  ring.append("0123456789abc");
  EXPECT_EQ(ring.begin(), 15U);
  EXPECT_EQ(all(ring), "56789abc");
}

TEST(OutputRing, takes_a_first_piece_that_is_too_large) {
  OutputRing ring(4);
  ring.append("0123456789");
  EXPECT_EQ(ring.begin(), 6U);
  EXPECT_EQ(all(ring), "6789");
  ring.append("x");
  EXPECT_EQ(all(ring), "789x");
}

// Against a plain string, for every length of pieces and every capacity around them.
TEST(OutputRing, is_the_end_of_everything_appended) {
  for (std::size_t capacity = 1; capacity < 12; ++capacity) {
    OutputRing ring(capacity);
    std::string whole;
    for (int i = 0; i < 60; ++i) {
      const std::string piece(static_cast<std::size_t>(i * 7 % 13), static_cast<char>('a' + i % 26));
      whole += piece;
      ring.append(piece);
      ASSERT_EQ(all(ring), whole.substr(whole.size() - std::min(whole.size(), capacity)));
      ASSERT_EQ(ring.end(), whole.size());
    }
  }
}

}  // namespace
}  // namespace collet::bash
