#include "http/body_rule.hpp"

#include <gtest/gtest.h>

namespace collet::http {
namespace {

BodyRule rule(const char* text) { return BodyRule::parse(text).value(); }

TEST(BodyRule, HasMeansThereAndNotNull) {
  const auto has = rule(R"({"has":["a"]})");
  EXPECT_TRUE(has.holds(R"({"b":1,"a":[{"b":null}]})"));
  EXPECT_FALSE(has.holds(R"({"b":{"a":1},"c":[{"a":1}]})"));
  EXPECT_FALSE(has.holds(R"({"a":null})"));
}

TEST(BodyRule, AnyCountsNulls) {
  const auto any = rule(R"({"any":["a","b"]})");
  EXPECT_TRUE(any.holds(R"({"b":null})"));
  EXPECT_FALSE(any.holds(R"({"c":{"a":1}})"));
}

TEST(BodyRule, LacksTakesNullsForNothing) {
  const auto lacks = rule(R"({"any":["a"],"lacks":["b","c"]})");
  EXPECT_TRUE(lacks.holds(R"({"a":1,"b":null})"));
  EXPECT_FALSE(lacks.holds(R"({"a":1,"b":{}})"));
  EXPECT_FALSE(lacks.holds(R"({"b":null})"));
}

TEST(BodyRule, OnlyObjectsCount) {
  const auto lacks = rule(R"({"lacks":["b"]})");
  EXPECT_TRUE(lacks.holds("{}"));
  for (const std::string body : {"", "[]", "[{}]", "5", "{", R"({"a":})", "{}x"})
    EXPECT_FALSE(lacks.holds(body)) << body;
  EXPECT_FALSE(lacks.holds(R"({"a":)" + std::string(100'000, '[')));
  EXPECT_FALSE(BodyRule().holds("{}"));
}

TEST(BodyRule, NothingIsAnEmptyBody) {
  const auto nothing = rule(R"({"nothing":true})");
  EXPECT_TRUE(nothing.holds(""));
  EXPECT_FALSE(nothing.holds("{}"));
  EXPECT_FALSE(BodyRule::parse(R"({"nothing":true,"has":["a"]})").ok());
}

TEST(BodyRule, WhatIsWrongIsNamed) {
  EXPECT_EQ(BodyRule::parse("[]").error().message, "it is no JSON object");
  EXPECT_EQ(BodyRule::parse("{}").error().message, "it names no members");
  EXPECT_EQ(BodyRule::parse(R"({"with":["a"]})").error().message,
            "it has 'with', which is none of has, any and lacks");
  EXPECT_EQ(BodyRule::parse(R"({"has":["a",5]})").error().message, "its 'has' is no list of names");
}

}  // namespace
}  // namespace collet::http
