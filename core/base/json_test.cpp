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

TEST(Json, Parse_NumbersKeepTheirValue) {
  const auto same = [](const std::string& number) { EXPECT_EQ(dump(*parse(number)), number); };
  for (const char* number : {"0", "-1", "9223372036854775807", "-9223372036854775808", "18446744073709551615",
                             "0.1", "1.7976931348623157e308", "5e-324", "2.2250738585072014e-308"})
    same(number);
  EXPECT_TRUE(parse("1")->IsInt());
  EXPECT_TRUE(parse("3000000000")->IsUint());
  EXPECT_EQ(parse("18446744073709551616")->GetDouble(), 18446744073709551616.0);
  EXPECT_EQ(parse("1E+2")->GetDouble(), 100.0);
}

TEST(Json, Parse_ZeroIsZeroWithAnyExponent) {
  for (const char* zero : {"0E-55", "0E080", "0.0e30", "-0.0E-99", "0.00000000000000000000000000000000"})
    EXPECT_EQ(parse(zero)->GetDouble(), 0.0) << zero;
}

TEST(Json, Parse_RefusesWhatIsTooBigAndRoundsWhatIsTooSmall) {
  const std::string zeros(400, '0');
  for (const auto& big : {std::string("1e309"), std::string("-1.8e308"), "1" + zeros + "e-50", "1" + zeros}) {
    ParseError error;
    EXPECT_FALSE(parse(big, &error)) << big;
    EXPECT_EQ(error.message, "Number too big to be stored in double.") << big;
  }
  for (const auto& small : {std::string("1e-400"), "0." + zeros + "1e9", std::string("-1e-99999999999")})
    EXPECT_EQ(parse(small)->GetDouble(), 0.0) << small;
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
