#include "settings/field_schema.hpp"

#include <gtest/gtest.h>

namespace collet::settings {
namespace {

constexpr Field kInnerFields[] = {
    {.name = "mode", .type = Type::kChoice, .initial = R"("a")", .choices = "|a|b|"},
    {.name = "share", .type = Type::kNumber, .initial = "0.5", .least = 0, .most = 1}};
constexpr Shape kInner{kInnerFields};
constexpr Field kFields[] = {
    {.name = "key", .type = Type::kSecret, .nullable = true},
    {.name = "version", .type = Type::kFixed, .initial = "5"},
    {.name = "at", .type = Type::kNow},
    {.name = "names", .type = Type::kStrings, .initial = "[]"},
    {.name = "labels", .type = Type::kStringMap, .initial = "{}"},
    {.name = "inner", .type = Type::kObject, .initial = "{}", .members = &kInner},
};

TEST(FieldSchema, SaysWhatTheTableSays) {
  json::Writer writer;
  describe(Shape{kFields}, writer);
  EXPECT_EQ(writer.take(),
            R"({"type":"object","properties":{)"
            R"("key":{"anyOf":[{"type":"string"},{"type":"null"}],"default":null},)"
            R"("version":{"const":5,"default":5},)"
            R"("at":{"type":"string"},)"
            R"("names":{"type":"array","items":{"type":"string"},"default":[]},)"
            R"("labels":{"type":"object","additionalProperties":{"type":"string"},"default":{}},)"
            R"("inner":{"type":"object","properties":{)"
            R"("mode":{"type":"string","enum":["a","b"],"default":"a"},)"
            R"("share":{"type":"number","minimum":0,"maximum":1,"default":0.5}},"default":{}}}})");
}

}  // namespace
}  // namespace collet::settings
