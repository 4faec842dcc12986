#include "agent/schema_value.hpp"

#include <gtest/gtest.h>

namespace collet::agent {
namespace {

std::string wanted(std::string_view schema, std::string_view value) {
  return wanted_instead(*json::parse(schema), *json::parse(value));
}

TEST(SchemaValue, Bounds_AreTold) {
  constexpr std::string_view kNumber = R"({"type":"number","minimum":1,"exclusiveMaximum":7.5})";
  EXPECT_EQ(wanted(kNumber, "1"), "");
  EXPECT_EQ(wanted(kNumber, "0.5"), "at least 1");
  EXPECT_EQ(wanted(kNumber, "7.5"), "below 7.5");
  EXPECT_EQ(wanted(R"({"exclusiveMinimum":0,"maximum":2})", "0"), "above 0");
  EXPECT_EQ(wanted(R"({"exclusiveMinimum":0,"maximum":2})", "3"), "at most 2");
  EXPECT_EQ(wanted(R"({"minLength":2,"maxLength":3})", R"("K")"), "at least 2 characters long");
  EXPECT_EQ(wanted(R"({"minLength":2,"maxLength":3})", R"("Kölsch")"), "at most 3 characters long");
  EXPECT_EQ(wanted(R"({"minLength":2,"maxLength":3})", R"("Köl")"), "");
  EXPECT_EQ(wanted(R"({"minItems":1,"maxItems":2})", "[]"), "at least 1 items long");
  EXPECT_EQ(wanted(R"({"minItems":1,"maxItems":2})", "[1,2,3]"), "at most 2 items long");
}

TEST(SchemaValue, AWholeNumber_IsAnInteger) {
  EXPECT_EQ(wanted(R"({"type":"integer"})", "2.0"), "");
  EXPECT_EQ(wanted(R"({"type":"integer"})", "1e3"), "");
  EXPECT_EQ(wanted(R"({"type":"integer"})", "2.5"), "of type integer");
  EXPECT_EQ(wanted(R"({"type":["integer","null"]})", "\"2\""), "of type integer or null");
}

TEST(SchemaValue, MalformedSchemas_AreFound) {
  for (const char* bad :
       {"[]", R"({"properties":[1]})", R"({"properties":{"a":1}})", R"({"required":"a"})",
        R"({"required":[1]})", R"({"type":5})", R"({"enum":"a"})", R"({"minimum":"1"})", R"({"items":[{}]})",
        R"({"anyOf":{}})", R"({"properties":{"a":{"items":{"maxItems":"x"}}}})"})
    EXPECT_FALSE(is_well_formed(*json::parse(bad))) << bad;
  EXPECT_TRUE(is_well_formed(*json::parse(
      R"({"type":["object"],"properties":{"a":true,"b":{"anyOf":[{},false],"format":7}},"additionalProperties":{}})")));
}

}  // namespace
}  // namespace collet::agent
