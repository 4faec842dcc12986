#include "plugins/config_schema.hpp"

#include <gtest/gtest.h>

#include "plugins/nearest.hpp"

namespace collet::plugins {
namespace {

constexpr char kSchema[] = R"({"type":"object","required":["city"],"properties":{
  "city":{"type":"string"},"days":{"type":"integer","minimum":1,"maximum":7},
  "unit":{"enum":["metric","imperial"]},"limits":{"type":"object","properties":{"bytes":{"type":["integer","null"]}}},
  "tags":{"type":"array","items":{"type":"string"}},
  "labels":{"type":"object","additionalProperties":{"type":"string"}},"free":{"type":"object","additionalProperties":true}}})";

std::string check(std::string_view value) {
  return check_value(*parse_schema(kSchema), *json::parse(value), "plugins.weather");
}

TEST(ConfigSchema, GoodSection_Passes) {
  EXPECT_EQ(
      check(
          R"({"city":"Bonn","days":7,"unit":"metric","limits":{"bytes":null},"tags":["a"],"labels":{"x":"y"},
                      "free":{"any":[1]}})"),
      "");
}

TEST(ConfigSchema, BadSection_NamesKeyAndReason) {
  EXPECT_EQ(check(R"({})"), "plugins.weather.city is missing");
  EXPECT_EQ(check(R"({"city":1})"), "plugins.weather.city must be of type string");
  EXPECT_EQ(check(R"({"city":"","dayz":1})"), "plugins.weather.dayz is no known key (did you mean 'days'?)");
  EXPECT_EQ(check(R"({"city":"","xyzzy":1})"), "plugins.weather.xyzzy is no known key");
  EXPECT_EQ(check(R"({"city":"","days":8})"), "plugins.weather.days must be at most 7");
  EXPECT_EQ(check(R"({"city":"","days":1.5})"), "plugins.weather.days must be of type integer");
  EXPECT_EQ(check(R"({"city":"","unit":"x"})"),
            R"(plugins.weather.unit must be one of ["metric","imperial"])");
  EXPECT_EQ(check(R"({"city":"","limits":{"byte":1}})"),
            "plugins.weather.limits.byte is no known key (did you mean 'bytes'?)");
  EXPECT_EQ(check(R"({"city":"","limits":{"bytes":"1"}})"),
            "plugins.weather.limits.bytes must be of type integer or null");
  EXPECT_EQ(check(R"({"city":"","tags":["a",2]})"), "plugins.weather.tags[1] must be of type string");
  EXPECT_EQ(check(R"({"city":"","labels":{"x":2}})"), "plugins.weather.labels.x must be of type string");
}

TEST(ConfigSchema, Defaults_AreFilledIn) {
  const auto schema =
      parse_schema(R"({"type":"object","properties":{"city":{"type":"string","default":"Bonn"},
    "days":{"type":"integer"},"limits":{"type":"object","default":{},"properties":{"bytes":{"default":5}}},
    "list":{"type":"array","items":{"properties":{"on":{"default":true}}}}}})");
  auto value = *json::parse(R"({"days":2,"list":[{},{"on":false}]})");
  fill_defaults(*schema, value, value.GetAllocator());
  EXPECT_EQ(json::dump(value),
            R"({"days":2,"list":[{"on":true},{"on":false}],"city":"Bonn","limits":{"bytes":5}})");
}

TEST(ConfigSchema, EmptyText_AllowsNoKey) {
  const auto schema = parse_schema("");
  EXPECT_EQ(check_value(*schema, *json::parse("{}"), "p"), "");
  EXPECT_EQ(check_value(*schema, *json::parse(R"({"a":1})"), "p"), "p.a is no known key");
}

TEST(ConfigSchema, NoSchemaOfAnObject_IsNone) {
  EXPECT_FALSE(parse_schema("[").has_value());
  EXPECT_FALSE(parse_schema("[]").has_value());
  EXPECT_FALSE(parse_schema(R"({"type":"string"})").has_value());
  EXPECT_FALSE(parse_schema(R"({"type":"object","properties":[1]})").has_value());
}

TEST(Nearest, FindsTyposOnly) {
  EXPECT_EQ(nearest("enabeld", {"enabled", "optional"}), "enabled");
  EXPECT_EQ(nearest("bsh", {"bash", "file"}), "bash");
  EXPECT_EQ(nearest("zzzzz", {"enabled"}), "");
}

}  // namespace
}  // namespace collet::plugins
