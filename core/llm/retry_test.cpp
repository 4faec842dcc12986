#include "llm/retry.hpp"

#include <gtest/gtest.h>

#include "llm/pricing.hpp"

namespace collet::llm {
namespace {

TEST(Retry, BackOff_GrowsBetweenItsBounds) {
  Config config;  // 8, 8, 64
  EXPECT_DOUBLE_EQ(wait_before_retry(config, 1, {}, 0), 8);
  EXPECT_DOUBLE_EQ(wait_before_retry(config, 2, {}, 0), 16);
  EXPECT_DOUBLE_EQ(wait_before_retry(config, 4, {}, 0), 64);
  EXPECT_DOUBLE_EQ(wait_before_retry(config, 1'000'000, {}, 0), 64);
  EXPECT_DOUBLE_EQ(wait_before_retry(config, 2, {}, 1), 17.6);
  config.retry_multiplier = 0;
  config.retry_min_wait = 0;
  EXPECT_DOUBLE_EQ(wait_before_retry(config, 3, {}, 1), 0);
}

TEST(Retry, RetryAfter_GoesFirst_UpToTheLongestWait) {
  Config config;
  EXPECT_DOUBLE_EQ(wait_before_retry(config, 1, 1.0, 1), 1);
  EXPECT_DOUBLE_EQ(wait_before_retry(config, 1, 0.0, 1), 0);
  EXPECT_DOUBLE_EQ(wait_before_retry(config, 1, 86400.0, 1), 64);
}

TEST(Retry, RetryAfterHeader_IsSecondsOrADate) {
  const Micros now = 1'700'000'000'000'000;  // Tue, 14 Nov 2023 22:13:20 GMT
  EXPECT_EQ(parse_retry_after("3", now), 3.0);
  EXPECT_EQ(parse_retry_after("0.5", now), 0.5);
  EXPECT_EQ(parse_retry_after("Tue, 14 Nov 2023 22:13:30 GMT", now), 10.0);
  EXPECT_EQ(parse_retry_after("Tue, 14 Nov 2023 22:13:10 GMT", now), 0.0);
  for (const auto* text : {"", "soon", "-3", "inf", "nan", "3 s"})
    EXPECT_EQ(parse_retry_after(text, now), std::nullopt) << text;
}

TEST(Pricing, Cost_IsTokensTimesPrices) {
  Config config;
  Usage usage;
  usage.prompt_tokens = 1000;
  usage.completion_tokens = 10;
  EXPECT_DOUBLE_EQ(cost_of(config, usage), 0);
  config.input_cost_per_token = 1e-6;
  config.output_cost_per_token = 1e-5;
  EXPECT_DOUBLE_EQ(cost_of(config, usage), 0.0011);
}

}  // namespace
}  // namespace collet::llm
