#include "http/percent.hpp"

#include <gtest/gtest.h>

namespace collet::http {
namespace {

TEST(PercentDecode_Escapes, BecomeBytes) {
  EXPECT_EQ(percent_decode("a%20b+c"), "a b+c");
  EXPECT_EQ(percent_decode("%C3%A9%e2%82%ac"), "é€");
  EXPECT_EQ(percent_decode(""), "");
}

TEST(PercentDecode_BadText, IsRefused) {
  for (const char* text :
       {"%", "%4", "a%", "%zz", "%4g", "%00", "%ff", "%c3", "%ed%a0%80", "%f5%80%80%80", "%c0%80"})
    EXPECT_FALSE(percent_decode(text)) << text;
}

TEST(ParseQuery_Pairs, KeepOrderAndRepeats) {
  EXPECT_EQ(parse_query("ids=A&ids=B&q=a+b%26c&flag&=x"),
            (Pairs{{"ids", "A"}, {"ids", "B"}, {"q", "a b&c"}, {"flag", ""}, {"", "x"}}));
  EXPECT_EQ(parse_query(""), Pairs());
  EXPECT_EQ(parse_query("&&"), Pairs());
  EXPECT_EQ(parse_query("a=b=c"), (Pairs{{"a", "b=c"}}));
  EXPECT_FALSE(parse_query("a=%"));
}

}  // namespace
}  // namespace collet::http
