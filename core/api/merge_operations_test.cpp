#include "api/merge_operations.hpp"

#include <gtest/gtest.h>

namespace collet::api {
namespace {

std::string merged(std::string_view operation, std::string_view alternative, std::string_view when) {
  auto document = *json::parse(operation);
  http::Route route;
  route.operation = alternative;
  route.when = *http::BodyRule::parse(when);
  merge_alternative(document, route, document.GetAllocator());
  return json::dump(document);
}

std::string with_body(const std::string& schema) {
  return R"({"requestBody":{"content":{"application/json":{"schema":)" + schema + "}}}}";
}

constexpr std::string_view kHasA = R"({"has":["a"]})";
const std::string kText = R"({"type":"string"})", kNumber = R"({"type":"number"})";

TEST(MergedOperation, Body_HasEitherForm) {
  EXPECT_EQ(merged(with_body(kText), with_body(kNumber), kHasA),
            with_body(R"({"anyOf":[{"type":"string"},{"type":"number"}]})"));
  EXPECT_EQ(merged(with_body(kText), with_body(kText), kHasA), with_body(kText));
  EXPECT_EQ(merged("{}", with_body(kText), kHasA), with_body(kText));
  EXPECT_EQ(merged(with_body(R"({"anyOf":[{"type":"string"},{"type":"null"}]})"), with_body(kNumber), kHasA),
            with_body(R"({"anyOf":[{"type":"string"},{"type":"null"},{"type":"number"}]})"));
}

TEST(MergedOperation, AlternativeThatSaysNothing_HasTheBodyOfItsRule) {
  EXPECT_EQ(merged("{}", "", R"({"has":["a"],"any":["b"]})"),
            with_body(R"({"type":"object","properties":{"a":{},"b":{}},"required":["a"]})"));
}

TEST(MergedOperation, AlternativeWithoutABody_HasThatOfTheOther) {
  EXPECT_EQ(merged(with_body(kText), R"({"responses":{}})", kHasA),
            R"({"requestBody":{"content":)"
            R"({"application/json":{"schema":{"type":"string"}}}},"responses":{}})");
}

TEST(MergedOperation, EmptyBodies_AreNotRequired) {
  EXPECT_EQ(merged(R"({"requestBody":{"required":true}})", "", R"({"nothing":true})"),
            R"({"requestBody":{"required":false}})");
}

TEST(MergedOperation, Answers_AreThoseOfBoth) {
  EXPECT_EQ(merged(R"({"responses":{"200":{"content":{"text/plain":{}}},"404":{}}})",
                   R"({"responses":{"200":{"content":{"application/json":{}}},"404":{},"409":{}}})", kHasA),
            R"({"responses":{"200":{"content":{"text/plain":{},"application/json":{}}},"404":{},"409":{}}})");
}

TEST(MergedOperation, Parameters_AreThoseOfBoth) {
  EXPECT_EQ(
      merged(
          R"({"parameters":[{"name":"a","in":"query"}]})",
          R"({"parameters":[{"name":"a","in":"query"},{"name":"b","in":"query"},{"name":"p","in":"path"}]})",
          kHasA),
      R"({"parameters":[{"name":"a","in":"query"},{"name":"b","in":"query"}]})");
}

}  // namespace
}  // namespace collet::api
