#include "base/time.hpp"

#include <gtest/gtest.h>

namespace collet {
namespace {

TEST(Time, UtcTimestamp_HasMicrosecondsAndZ) {
  EXPECT_EQ(utc_timestamp(0), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(utc_timestamp(1'795'000'000'123'456), "2026-11-18T11:06:40.123456Z");
}

TEST(Time, Parse_ReadsWhatWeWrite) {
  const Micros at = 1'795'000'000'123'456;
  EXPECT_EQ(parse_timestamp(utc_timestamp(at)), at);
  EXPECT_EQ(parse_timestamp(event_timestamp(at)), at);
}

TEST(Time, Parse_ZonesAndShortForms) {
  EXPECT_EQ(parse_timestamp("2026-11-18T12:06:40.5+01:00"), 1'795'000'000'500'000);
  EXPECT_EQ(parse_timestamp("2026-11-18T11:06:40Z"), 1'795'000'000'000'000);
  EXPECT_EQ(parse_timestamp("2026-11-18 11:06:40Z"), 1'795'000'000'000'000);
  EXPECT_TRUE(parse_timestamp("2030-01-01"));
}

TEST(Time, Parse_RefusesNonsense) {
  for (const char* bad : {"", "zzz", "2026", "2026-13-01", "2026-11-18T25:00:00Z", "2026-11-18T11:06:40Q",
                          "2026-11-18T11:06:40Zx"})
    EXPECT_FALSE(parse_timestamp(bad)) << bad;
}

}  // namespace
}  // namespace collet
