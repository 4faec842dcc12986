#include "transfer/ranges.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace collet::file {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kTag = "\"abc\"";
constexpr const char* kDate = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr std::time_t kTime = 784111777;

Selection selected(Pairs headers, std::uint64_t size = 11, const std::string& method = "GET") {
  Request request;
  request.method = method;
  request.headers = std::move(headers);
  return select(request, {size, kTag, kTime});
}

std::vector<ByteRange> ranges(const std::string& header, std::uint64_t size = 11) {
  const auto found = selected({{"range", header}}, size);
  EXPECT_EQ(found.status, 206) << header;
  return found.ranges;
}

TEST(Ranges, reads_single_ones) {
  EXPECT_THAT(ranges("bytes=0-3"), ElementsAre(ByteRange{0, 4}));
  EXPECT_THAT(ranges("bytes=-5"), ElementsAre(ByteRange{6, 5}));
  EXPECT_THAT(ranges("bytes=4-"), ElementsAre(ByteRange{4, 7}));
  EXPECT_THAT(ranges("bytes=10-10"), ElementsAre(ByteRange{10, 1}));
  EXPECT_THAT(ranges("bytes=3-99999999999999999999999"), ElementsAre(ByteRange{3, 8}));
  EXPECT_THAT(ranges("bytes=-99999999999999999999999"), ElementsAre(ByteRange{0, 11}));
  EXPECT_THAT(ranges(" Bytes = 0-0 "), ElementsAre(ByteRange{0, 1}));
}

TEST(Ranges, merges_what_overlaps_or_touches) {
  EXPECT_THAT(ranges("bytes=0-1, 5-6 ,-2"), ElementsAre(ByteRange{0, 2}, ByteRange{5, 2}, ByteRange{9, 2}));
  EXPECT_THAT(ranges("bytes=5-8,0-4"), ElementsAre(ByteRange{0, 9}));
  EXPECT_THAT(ranges("bytes=0-10,3-4,,"), ElementsAre(ByteRange{0, 11}));
  EXPECT_THAT(ranges("bytes=0-1,50-60"), ElementsAre(ByteRange{0, 2}));
}

TEST(Ranges, says_when_none_is_there) {
  for (const auto* header : {"bytes=11-", "bytes=99-", "bytes=-0", "bytes=11-12,20-"})
    EXPECT_EQ(selected({{"range", header}}).status, 416) << header;
  EXPECT_EQ(selected({{"range", "bytes=0-"}}, 0).status, 416);
  EXPECT_EQ(selected({{"range", "bytes=-5"}}, 0).status, 416);
}

TEST(Ranges, ignores_what_it_does_not_know) {
  for (const auto* header :
       {"", "bytes", "bytes=", "bytes=,", "lines=0-3", "bytes=5-3", "bytes=a-b", "bytes=-", "bytes=1",
        "bytes=0x1-3", "bytes=1--3", "bytes=+1-3", "bytes=1-3;4-5"})
    EXPECT_EQ(selected({{"range", header}}).status, 200) << header;
  std::string many = "bytes=0-0";
  for (int i = 0; i < 64; ++i) many += ",0-0";
  EXPECT_EQ(selected({{"range", many}}).status, 200);
  EXPECT_EQ(selected({{"range", "bytes=0-3"}}, 11, "HEAD").status, 200);
}

TEST(Conditions, if_range_takes_the_very_same_file_only) {
  const auto with = [](const std::string& condition) {
    return selected({{"range", "bytes=0-3"}, {"if-range", condition}}).status;
  };
  EXPECT_EQ(with(kTag), 206);
  EXPECT_EQ(with(kDate), 206);
  EXPECT_EQ(with("\"other\""), 200);
  EXPECT_EQ(with("W/\"abc\""), 200);
  EXPECT_EQ(with("Sun, 06 Nov 1994 08:49:38 GMT"), 200);
  EXPECT_EQ(with("nonsense"), 200);
}

TEST(Conditions, answer_304_for_what_the_client_has) {
  const auto with = [](const std::string& name, const std::string& value) {
    return selected({{name, value}}).status;
  };
  EXPECT_EQ(with("if-none-match", kTag), 304);
  EXPECT_EQ(with("if-none-match", "\"x\", W/\"abc\""), 304);
  EXPECT_EQ(with("if-none-match", "*"), 304);
  EXPECT_EQ(with("if-none-match", "\"zzz\""), 200);
  EXPECT_EQ(with("if-none-match", "\"never closed"), 200);
  EXPECT_EQ(with("if-modified-since", kDate), 304);
  EXPECT_EQ(with("if-modified-since", "Sun, 06 Nov 1994 08:49:36 GMT"), 200);
  EXPECT_EQ(with("if-modified-since", "yesterday"), 200);
  EXPECT_EQ(selected({{"if-none-match", "\"x\""}, {"if-modified-since", kDate}}).status, 200);
  EXPECT_EQ(selected({{"if-none-match", kTag}, {"range", "bytes=99-"}}).status, 304);
}

TEST(Conditions, answer_412_when_the_file_is_another_one) {
  EXPECT_EQ(selected({{"if-match", "\"x\""}}).status, 412);
  EXPECT_EQ(selected({{"if-match", "W/\"abc\""}}).status, 412);
  EXPECT_EQ(selected({{"if-match", kTag}}).status, 200);
  EXPECT_EQ(selected({{"if-unmodified-since", "Sun, 06 Nov 1994 08:49:36 GMT"}}).status, 412);
  EXPECT_EQ(selected({{"if-unmodified-since", kDate}}).status, 200);
}

TEST(HttpDate, goes_both_ways) {
  EXPECT_EQ(http_date(kTime), kDate);
  EXPECT_EQ(parse_http_date(kDate), kTime);
  for (const auto* wrong :
       {"", "Mon, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nox 1994 08:49:37 GMT", "Sun, 36 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 CET", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT"})
    EXPECT_EQ(parse_http_date(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace collet::file
