#include "settings/field.hpp"

#include <gtest/gtest.h>

namespace collet::settings {
namespace {

constexpr Field kInner[] = {{.name = "key", .type = Type::kSecret, .nullable = true},
                            {.name = "on", .type = Type::kBool, .initial = "true"}};
constexpr Shape kInnerShape{kInner};
constexpr Field kFields[] = {
    {.name = "count", .type = Type::kInteger, .initial = "5", .least = 0},
    {.name = "ratio", .type = Type::kNumber, .initial = "8.0", .most = 10},
    {.name = "mode",
     .type = Type::kChoice,
     .initial = "\"auto\"",
     .nullable = true,
     .choices = "|auto|chat|"},
    {.name = "map", .type = Type::kMap, .initial = "{}"},
    {.name = "words", .type = Type::kStringMap, .initial = "{}"},
    {.name = "inner", .type = Type::kObject, .initial = "{}", .members = &kInnerShape},
    {.name = "fixed", .type = Type::kFixed, .initial = "1"},
};
constexpr Shape kShape{kFields};

std::string normal(std::string_view text) {
  const auto in = json::parse(text);
  json::Document out;
  json::Value value;
  return normalise(*in, kShape, value, out.GetAllocator()) ? json::dump(value) : "invalid";
}
std::string merged(std::string_view old, std::string_view patch) {
  auto target = json::parse(old);
  merge(*target, *json::parse(patch), kShape, target->GetAllocator());
  return json::dump(*target);
}

TEST(Field_Normalise, FillsDefaultsInOrderAndDropsTheUnknown) {
  EXPECT_EQ(
      normal(R"({"zzz":1,"inner":{"on":false},"fixed":7})"),
      R"({"count":5,"ratio":8.0,"mode":"auto","map":{},"words":{},"inner":{"key":null,"on":false},"fixed":1})");
}

TEST(Field_Normalise, NumbersTakeTheirForm) {
  const auto text = normal(R"({"count":3.0,"ratio":2})");
  EXPECT_NE(text.find(R"("count":3,"ratio":2.0)"), std::string::npos) << text;
}

TEST(Field_Normalise, EmptySecretIsNull) {
  EXPECT_NE(normal(R"({"inner":{"key":""}})").find(R"("key":null)"), std::string::npos);
}

TEST(Field_Normalise, WrongTypesAndValuesAreInvalid) {
  for (const auto* bad : {R"({"count":"many"})", R"({"count":-1})", R"({"count":1.5})", R"({"count":null})",
                          R"({"count":1e300})", R"({"ratio":11})", R"({"mode":"zzz"})",
                          R"({"mode":"auto|chat"})", R"({"mode":""})", R"({"map":[]})",
                          R"({"words":{"a":1}})", R"({"inner":5})", R"({"inner":{"on":null}})"})
    EXPECT_EQ(normal(bad), "invalid") << bad;
  EXPECT_NE(normal(R"({"mode":null})"), "invalid");
}

TEST(Field_Merge, NullDeletesInMapsOnly) {
  EXPECT_EQ(merged(R"({"map":{"a":{"b":1,"c":2}},"mode":"chat"})",
                   R"({"map":{"a":{"b":null}},"mode":null,"zzz":1})"),
            R"({"map":{"a":{"c":2}},"mode":null})");
  EXPECT_EQ(merged(R"({"inner":{"key":"k","on":true}})", R"({"inner":{"on":false}})"),
            R"({"inner":{"key":"k","on":false}})");
  EXPECT_EQ(merged(R"({"map":null})", R"({"map":{"x":1}})"), R"({"map":{"x":1}})");
}

}  // namespace
}  // namespace collet::settings
