#include "api/operation.hpp"

#include <gtest/gtest.h>

#include "api/models.hpp"

namespace collet::api {
namespace {

constexpr Parameter kLimit{"limit", initially("100", above(0, at_most(100, integer())))};
constexpr Parameter kOrder{"sort_order", initially(R"("UP")", choice("UP|DOWN"))};
constexpr Parameter kFlag{"flag", initially("false", yes_no())};
constexpr Parameter kMoment{"since", moment()};

template <class Read>
std::string mistake(std::string_view name, std::string_view value, Read read) {
  http::Request request;
  request.query = {{std::string(name), std::string(value)}};
  Validation validation;
  read(request, validation);
  if (validation.ok()) return {};
  return json::string_or((*json::find(*json::parse(validation.response().body), "detail"))[0], "type");
}

TEST(Parameter, Absent_IsItsDefault) {
  const http::Request request;
  Validation validation;
  EXPECT_EQ(read_integer(request, kLimit, validation), 100);
  EXPECT_EQ(read_text(request, kOrder, validation), "UP");
  EXPECT_FALSE(read_yes_no(request, kFlag, validation));
  EXPECT_EQ(read_moment(request, kMoment, validation), std::nullopt);
  EXPECT_EQ(read_text(request, {"page_id"}, validation), "");
  EXPECT_TRUE(validation.ok());
}

TEST(Parameter, Bad_IsRefused) {
  const auto limit = [](const auto& request, auto& validation) { read_integer(request, kLimit, validation); };
  EXPECT_EQ(mistake("limit", "100", limit), "");
  EXPECT_EQ(mistake("limit", "0", limit), "greater_than");
  EXPECT_EQ(mistake("limit", "101", limit), "less_than_equal");
  EXPECT_EQ(mistake("limit", "1x", limit), "int_parsing");
  EXPECT_EQ(mistake("sort_order", "up", [](const auto& r, auto& v) { read_text(r, kOrder, v); }), "enum");
  EXPECT_EQ(mistake("flag", "Yes", [](const auto& r, auto& v) { read_yes_no(r, kFlag, v); }), "");
  EXPECT_EQ(mistake("flag", "2", [](const auto& r, auto& v) { read_yes_no(r, kFlag, v); }), "bool_parsing");
  EXPECT_EQ(mistake("since", "zzz", [](const auto& r, auto& v) { read_moment(r, kMoment, v); }),
            "datetime_from_date_parsing");
}

TEST(Operation, WithoutAnAnswer_HasNoContent) {
  EXPECT_EQ(
      describe({.name = "close", .tag = "Things", .summary = "Closes it", .status = 204}, "DELETE", "/a"),
      R"({"tags":["Things"],"summary":"Closes it","operationId":"close_a_delete",)"
      R"("responses":{"204":{"description":"Done, there is nothing to say"}}})");
}

TEST(Operation, Description_HasParametersBodyAndAnswers) {
  const Operation operation{.name = "do_it",
                            .tag = "Things",
                            .summary = "Does it",
                            .parameters = {kOrder, {"id", uuid(), Parameter::In::kPath}},
                            .body = &kEventIds,
                            .answer = &kSuccess,
                            .status = 201,
                            .others = {404}};
  EXPECT_EQ(
      describe(operation, "POST", "/api/things/{id}"),
      R"({"tags":["Things"],"summary":"Does it","operationId":"do_it_api_things__id__post","parameters":[)"
      R"({"name":"sort_order","in":"query","required":false,)"
      R"("schema":{"type":"string","enum":["UP","DOWN"],"default":"UP"}},)"
      R"({"name":"id","in":"path","required":true,"schema":{"type":"string","format":"uuid"}}],)"
      R"("requestBody":{"required":true,"content":{"application/json":{"schema":)"
      R"({"type":"array","items":{"type":"string"},"description":"Ids of events"}}}},)"
      R"("responses":{"201":{"description":"Made","content":{"application/json":{"schema":)"
      R"({"$ref":"#/components/schemas/Success"}}}},"404":{"description":"There is no such thing"},)"
      R"("422":{"description":"The body or a parameter is wrong"}}})");
}

}  // namespace
}  // namespace collet::api
