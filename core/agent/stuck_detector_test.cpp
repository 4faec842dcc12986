#include "agent/stuck_detector.hpp"

#include <gtest/gtest.h>

namespace collet::agent {
namespace {

TEST(StuckDetector, SameActionAndOutcome_FourTimes) {
  StuckDetector detector;
  for (int i = 1; i < 4; ++i) EXPECT_FALSE(detector.add("a", "x", false)) << i;
  EXPECT_TRUE(detector.add("a", "x", false));
}

TEST(StuckDetector, SameActionWithErrors_ThreeTimes) {
  StuckDetector detector;
  EXPECT_FALSE(detector.add("a", "one", true));
  EXPECT_FALSE(detector.add("a", "two", true));
  EXPECT_TRUE(detector.add("a", "three", true));
}

TEST(StuckDetector, AnotherOutcomeOrMessage_StartsAgain) {
  StuckDetector detector;
  for (int i = 0; i < 3; ++i) detector.add("a", "x", false);
  EXPECT_FALSE(detector.add("a", "y", false));
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(detector.add("a", "y", false));
  detector.reset();
  EXPECT_FALSE(detector.add("a", "y", false));
}

}  // namespace
}  // namespace collet::agent
