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
                           "range[1]: should be of type integer", "'command', 'zzz', 'range'"})
    EXPECT_NE(result.error.find(part), std::string::npos) << part << " in " << result.error;
}

// The schema of the plugins' template.
TEST(ToolArguments, Bounds_AreCheckedAndTheArgumentNamed) {
  const auto schema = json::parse(R"({"type":"object","properties":{"who":{"type":"string"},
    "times":{"type":"integer","minimum":1,"maximum":100,"default":1}},"required":["who"]})");
  const auto checked = [&](std::string_view arguments) {
    return check_arguments("greet", *schema, arguments);
  };
  EXPECT_EQ(checked(R"({"who":"Bob","times":100})").action, R"({"who":"Bob","times":100})");
  EXPECT_EQ(checked(R"({"who":"Bob","times":0})").error,
            "Error validating tool 'greet': times: should be at least 1, not 0; parameters provided: ['who', "
            "'times']");
  EXPECT_NE(checked(R"({"who":"Bob","times":101})").error.find("times: should be at most 100, not 101"),
            std::string::npos);
  EXPECT_EQ(checked(R"({"who":"Bob","times":2.0})").action, R"({"who":"Bob","times":2})");
  EXPECT_EQ(checked(R"({"who":"Bob","loud":true})").action, R"({"who":"Bob","times":1,"loud":true})");
}

TEST(ToolArguments, WithinObjects_TheSameRulesApply) {
  const auto schema = json::parse(R"({"properties":{"at":{"type":"object","required":["x","y"],
    "properties":{"x":{"type":["integer","null"],"maximum":9}},"additionalProperties":{"type":"string"}}}})");
  const auto checked = [&](std::string_view arguments) { return check_arguments("t", *schema, arguments); };
  EXPECT_EQ(checked(R"({"at":{"x":1,"y":"a"}})").action, R"({"at":{"x":1,"y":"a"}})");
  const auto wrong = checked(R"({"at":{"x":10,"z":1}})").error;
  for (const char* part :
       {"at.x: should be at most 9", "at.y: is required", "at.z: should be of type string"})
    EXPECT_NE(wrong.find(part), std::string::npos) << part << " in " << wrong;
  EXPECT_EQ(wrong.find("at.x: is required"), std::string::npos) << wrong;
}

TEST(ToolArguments, AnyOf_OneFormIsEnough) {
  const auto schema =
      json::parse(R"({"properties":{"days":{"anyOf":[{"type":"integer","minimum":1},{"type":"null"}]},
    "id":{"anyOf":[{"type":"integer"},{"type":"object","properties":{"n":{"default":1}},"required":["n"]}]}}})");
  const auto checked = [&](std::string_view arguments) { return check_arguments("t", *schema, arguments); };
  EXPECT_EQ(checked(R"({"days":null,"id":{}})").action, R"({"id":{"n":1}})");
  EXPECT_EQ(checked(R"({"days":2,"id":5})").action, R"({"days":2,"id":5})");
  EXPECT_NE(checked(R"({"days":0})").error.find("days: should be at least 1, not 0"), std::string::npos);
  EXPECT_NE(checked(R"({"id":"x"})").error.find("id: has none of the forms"), std::string::npos);
}

TEST(ToolArguments, WrongValue_IsShownWithoutPartsOfCharacters) {
  std::string text = "x";
  for (int i = 0; i < 60; ++i) text += "ö";
  const auto error = check(R"({"command":")" + text + R"(","path":"/a"})").error;
  EXPECT_NE(error.find("ö…"), std::string::npos) << error;
}

TEST(ToolArguments, WithinLists_TheSameRulesApply) {
  const auto schema =
      json::parse(R"({"properties":{"list":{"type":"array","default":[],"items":{"type":"object",
    "properties":{"title":{"type":"string"},"notes":{"type":"string","default":""},
    "status":{"type":"string","enum":["todo","done"],"default":"todo"}},"required":["title"],
    "additionalProperties":false}}}})");
  const auto checked = [&](std::string_view arguments) {
    return check_arguments("tasks", *schema, arguments);
  };
  EXPECT_EQ(
      checked(R"({"list":[{"status":"done","title":"a"},{"title":"b","notes":null}]})").action,
      R"({"list":[{"title":"a","notes":"","status":"done"},{"title":"b","notes":"","status":"todo"}]})");
  EXPECT_EQ(checked("{}").action, R"({"list":[]})");
  const auto wrong = checked(R"({"list":[{"status":"late"},{"title":"b","odd":1},5]})").error;
  for (const char* part : {"list[0].title: is required", "list[0].status: should be one of",
                           "list[1].odd: is no argument", "list[2]: should be of type object"})
    EXPECT_NE(wrong.find(part), std::string::npos) << part << " in " << wrong;
}

TEST(ToolArguments, ManyMistakes_AreNotAllNamed) {
  const auto error = check(R"({"command":"view","path":"/a","range":["1","2","3","4","5","6","7","8","9","10",
    "11","12","13","14","15","16","17","18","19","20","21","22"]})")
                         .error;
  EXPECT_NE(error.find("range[19]"), std::string::npos);
  EXPECT_EQ(error.find("range[20]"), std::string::npos);
  EXPECT_NE(error.find("and 2 more"), std::string::npos);
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
