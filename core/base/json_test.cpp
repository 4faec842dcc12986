#include "collet/json.hpp"

#include <gtest/gtest.h>

namespace collet::json {
namespace {

TEST(Json, Parse_RefusesWhatIsNotStrictJson) {
  for (const char* bad : {"", "{", "{\"a\":}", "[1,]", "nul", "{} x", "\"\xff\"", "'a'"}) {
    ParseError error;
    EXPECT_FALSE(parse(bad, &error)) << bad;
    EXPECT_FALSE(error.message.empty()) << bad;
  }
}

TEST(Json, Parse_RefusesHalfOfASurrogatePair) {
  for (const char* bad : {R"("\udc00")", R"("x\uDE00s")", R"({"\udfff":1})", R"("\ud83d")", R"("\ud83dx")"}) {
    ParseError error;
    EXPECT_FALSE(parse(bad, &error)) << bad;
    EXPECT_NE(error.message.find("urrogate"), std::string::npos) << error.message;
  }
  EXPECT_EQ(dump(*parse(R"("\ud83d\ude00")")), "\"\xf0\x9f\x98\x80\"");
  EXPECT_TRUE(parse("\"\xed\x95\x9c\xed\x9f\xbf\""));  // Hangul, and the last before the surrogates
}

TEST(Json, Parse_DeepNestingIsRefusedWithoutRecursion) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse(nested(100)));
  EXPECT_FALSE(parse(nested(129)));
  EXPECT_FALSE(parse(std::string(5'000'000, '[')));
}

TEST(Json, DeepMerge_ObjectsMemberByMember) {
  auto target = parse(R"({"a":{"b":1,"c":2},"l":[1,2],"h":{"x":"y"}})");
  const auto patch = parse(R"({"a":{"b":null,"d":3},"l":[3],"h":{"x":null}})");
  deep_merge(*target, *patch, target->GetAllocator(), true);
  EXPECT_EQ(dump(*target), R"({"a":{"c":2,"d":3},"l":[3],"h":{}})");
}

TEST(Json, DeepMerge_NullIsKeptWhereItDoesNotDelete) {
  auto target = parse(R"({"a":1})");
  deep_merge(*target, *parse(R"({"a":null})"), target->GetAllocator(), false);
  EXPECT_EQ(dump(*target), R"({"a":null})");
}

TEST(Json, WithoutNulls_AtAnyDepthButNotInArrays) {
  const auto value = parse(R"({"a":null,"b":{"c":null,"d":1},"e":[null,{"f":null}]})");
  Document out;
  EXPECT_EQ(dump(without_nulls(*value, out.GetAllocator())), R"({"b":{"d":1},"e":[null,{}]})");
}

TEST(Json, Writer_KeepsOrderAndEscapes) {
  Writer w;
  w.object()
      .member("b", "x\n\"")
      .member("a", 1)
      .key("l")
      .array()
      .value(true)
      .value(nullptr)
      .raw("{\"r\":1}")
      .end()
      .end();
  EXPECT_EQ(w.take(), R"({"b":"x\n\"","a":1,"l":[true,null,{"r":1}]})");
}

}  // namespace
}  // namespace collet::json
