#include "agent/tool_arguments.hpp"

#include <gtest/gtest.h>

namespace collet::agent {
namespace {

constexpr std::string_view kSchema = R"({"type":"object","properties":{
  "command":{"type":"string","enum":["view","create"]},"path":{"type":"string"},
  "force":{"type":"boolean","default":false},"range":{"type":"array","items":{"type":"integer"}}},
  "required":["command","path"],"additionalProperties":false})";

CheckedArguments check(std::string_view arguments) {
  const auto schema = json::parse(kSchema);
  return check_arguments("editor", *schema, arguments);
}

TEST(ToolArguments, Good_AreOrderedAndDefaultsFilledIn) {
  const auto result = check(R"({"path":"/a","security_risk":"LOW","summary":"look","command":"view"})");
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.action, R"({"command":"view","path":"/a","force":false})");
  EXPECT_EQ(result.summary, "look");
}

TEST(ToolArguments, Null_IsAsGoodAsAbsent) {
  EXPECT_EQ(check(R"({"command":"view","path":"/a","range":null})").action,
            R"({"command":"view","path":"/a","force":false})");
}

TEST(ToolArguments, Bad_EveryMistakeIsNamed) {
  const auto result = check(R"({"command":"bogus","zzz":1,"range":[1,"x"]})");
  EXPECT_FALSE(result.malformed);
  for (const char* part : {"command: should be one of", "path: is required", "zzz: is no argument",
                           "range: has an element", "'command', 'zzz', 'range'"})
    EXPECT_NE(result.error.find(part), std::string::npos) << part << " in " << result.error;
}

TEST(ToolArguments, NotJson_IsMalformed) {
  for (const char* text : {"{\"command\": \"echo", "[]", "5", "nope"}) {
    EXPECT_TRUE(check(text).malformed) << text;
    EXPECT_FALSE(check(text).error.empty()) << text;
  }
}

TEST(ToolArguments, Empty_IsAnEmptyObject) {
  EXPECT_FALSE(check("").malformed);
  EXPECT_NE(check("").error.find("is required"), std::string::npos);
}

}  // namespace
}  // namespace collet::agent
