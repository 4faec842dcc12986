#include "api/schema.hpp"

#include <gtest/gtest.h>

#include "api/models.hpp"

namespace collet::api {
namespace {

constexpr Schema kText = text();
constexpr Member kPointMembers[] = {
    {"x", above(0, at_most(10, integer("To the right"))), true},
    {"name", maybe(initially(R"("a")", at_least(1, at_most(3, text()))))},
    {"colour", choice("red|blue")},
    {"labels", list_of(kText)},
    {"more", map_of(kText)},
    {"id", uuid()},
};
constexpr Schema kPoint = object("Point", kPointMembers, "A place");

// The types and places of the mistakes: "int_type x, …".
std::string mistakes(const Schema& schema, std::string_view text) {
  Validation validation;
  check(schema, *json::parse(text), {}, validation);
  const auto answer = json::parse(validation.response().body);
  std::string out;
  for (const auto& one : json::find(*answer, "detail")->GetArray()) {
    out += (out.empty() ? "" : ", ") + json::string_or(one, "type");
    for (const auto& step : json::find(one, "loc")->GetArray())
      out += " " + (step.IsString() ? std::string(json::view(step)) : json::dump(step));
  }
  return out;
}

std::string description(const Schema& schema) {
  json::Writer writer;
  describe(schema, writer);
  return writer.take();
}

TEST(Schema, Good_HasNoMistakes) {
  EXPECT_EQ(
      mistakes(kPoint, R"({"x":1,"name":null,"colour":"red","labels":["a"],"more":{"k":"v"},"other":1})"),
      "");
}

TEST(Schema, Bad_EachMistakeHasItsTypeAndPlace) {
  EXPECT_EQ(mistakes(kPoint, "[]"), "model_attributes_type");
  EXPECT_EQ(mistakes(kPoint, "{}"), "missing x");
  EXPECT_EQ(mistakes(kPoint, R"({"x":0})"), "greater_than x");
  EXPECT_EQ(mistakes(kPoint, R"({"x":11,"name":""})"), "less_than_equal x, string_too_short name");
  EXPECT_EQ(mistakes(kPoint, R"({"x":"1","name":"long"})"), "int_type x, string_too_long name");
  EXPECT_EQ(mistakes(kPoint, R"({"x":1,"colour":"green","labels":["a",1],"more":{"k":1},"id":"zz"})"),
            "literal_error colour, string_type labels 1, string_type more k, uuid_parsing id");
  EXPECT_EQ(mistakes(kPoint, R"({"x":1,"labels":{},"more":[]})"), "list_type labels, dict_type more");
}

TEST(Schema, Closed_HasNoOtherMembers) {
  constexpr Schema kClosed = closed(kPoint);
  EXPECT_EQ(mistakes(kClosed, R"({"x":1,"name":"a"})"), "");
  EXPECT_EQ(mistakes(kClosed, R"({"x":0,"other":1,"more":{"k":"v"}})"),
            "greater_than x, extra_forbidden other");
  json::Writer writer;
  describe_in_full(kClosed, writer);
  EXPECT_NE(writer.take().find(R"("additionalProperties":false)"), std::string::npos);
}

TEST(Schema, Either_SaysWhatEachFormMisses) {
  EXPECT_EQ(mistakes(kSendMessageRequest, R"({"content":[{"text":"a"},{"image_urls":[]}]})"), "");
  EXPECT_EQ(mistakes(kSendMessageRequest, R"({"content":[{"type":"zzz"}]})"),
            "literal_error content 0 TextContent type, missing content 0 TextContent text, "
            "literal_error content 0 ImageContent type, missing content 0 ImageContent image_urls");
}

TEST(Schema, Description_SaysWhatIsChecked) {
  EXPECT_EQ(description(kPoint), R"({"$ref":"#/components/schemas/Point"})");
  EXPECT_EQ(description(maybe(initially("null", kPoint))),
            R"({"anyOf":[{"$ref":"#/components/schemas/Point"},{"type":"null"}],"default":null})");
  json::Writer writer;
  describe_in_full(kPoint, writer);
  EXPECT_EQ(
      writer.take(),
      R"({"type":"object","properties":{)"
      R"("x":{"type":"integer","exclusiveMinimum":0,"maximum":10,"description":"To the right"},)"
      R"("name":{"anyOf":[{"type":"string","minLength":1,"maxLength":3},{"type":"null"}],"default":"a"},)"
      R"("colour":{"type":"string","enum":["red","blue"]},)"
      R"("labels":{"type":"array","items":{"type":"string"}},)"
      R"("more":{"type":"object","additionalProperties":{"type":"string"}},)"
      R"("id":{"type":"string","format":"uuid"}},"required":["x"],"description":"A place"})");
}

}  // namespace
}  // namespace collet::api
