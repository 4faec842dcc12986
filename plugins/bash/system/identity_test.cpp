#include "system/identity.hpp"

#include <gtest/gtest.h>

namespace collet::bash {
namespace {

TEST(Identity_Ids, are_uuids_without_dashes) {
  const auto id = new_id();
  EXPECT_EQ(parse_id(id), id);
  EXPECT_EQ(id[12], '4');
  EXPECT_NE(id, new_id());
  EXPECT_EQ(parse_id("4F2F14C5-ef20-46db-8025-3a6063fb630b"), "4f2f14c5ef2046db80253a6063fb630b");
  EXPECT_FALSE(parse_id("zzz"));
  EXPECT_FALSE(parse_id("4f2f14c5ef20-46db-8025-3a6063fb630b0"));
}

TEST(Identity_Timestamps, are_written_in_utc) {
  const Micros at = 1'795'325'730'341'407;
  EXPECT_EQ(utc_timestamp(at), "2026-11-22T05:35:30.341407Z");
  EXPECT_EQ(compact_timestamp(at), "20261122053530341407");
}

TEST(Identity_Timestamps, are_read_in_every_form) {
  const Micros at = 1'795'325'730'341'407;
  EXPECT_EQ(parse_timestamp("2026-11-22T05:35:30.341407Z"), at);
  EXPECT_EQ(parse_timestamp("2026-11-22T06:35:30.341407+01:00"), at);
  EXPECT_EQ(parse_timestamp("2026-11-22 00:05:30.341407-0530"), at);
  EXPECT_EQ(parse_timestamp("2026-11-22T05:35Z"), at / 60'000'000 * 60'000'000);
  EXPECT_TRUE(parse_timestamp("2030-01-01T00:00:00"));
  EXPECT_TRUE(parse_timestamp("2030-01-01"));
  for (const auto* bad : {"", "zzz", "2030", "2030-13-01", "2030-01-01T", "2030-01-01T25:00",
                          "2030-01-01T00:00:00+x", "2030-01-01T00:00:00.", "2030-01-01T00:00:00Zx"})
    EXPECT_FALSE(parse_timestamp(bad)) << bad;
}

}  // namespace
}  // namespace collet::bash
