#include "common/openapi.hpp"

#include <gtest/gtest.h>

namespace collet::openapi {
namespace {

TEST(OpenApiSchemas, SayWhatIsRequired) {
  EXPECT_EQ(
      object({{"a", kText}, {"b", kYesNo, false}}),
      R"({"type":"object","required":["a"],"properties":{"a":{"type":"string"},"b":{"type":"boolean"}}})");
  EXPECT_EQ(object({{"a", kText, false}}), R"({"type":"object","properties":{"a":{"type":"string"}}})");
  EXPECT_EQ(maybe(kText), kMaybeText);
  EXPECT_EQ(list_of(kInteger), R"({"type":"array","items":{"type":"integer"}})");
  EXPECT_EQ(switched(true), R"({"type":"boolean","default":true})");
}

TEST(OpenApiParameter, InThePath_IsRequired) {
  EXPECT_EQ(in_path("name", kText),
            R"({"name":"name","in":"path","required":true,"schema":{"type":"string"}})");
}

TEST(OpenApiOperation, HasOnlyWhatIsSaid) {
  EXPECT_EQ(describe({.tag = "Tag", .id = "id", .summary = "Does it", .answer = "{}"}),
            R"({"tags":["Tag"],"operationId":"id","summary":"Does it",)"
            R"("responses":{"200":{"content":{"application/json":{"schema":{}}}}}})");
}

TEST(OpenApiOperation, HasParametersBodyAndOtherStatuses) {
  EXPECT_EQ(
      describe({.tag = "Tag",
                .id = "id",
                .summary = "Does it",
                .parameters = R"({"name":"p","in":"query"})",
                .body = R"({"type":"object"})",
                .status = 201,
                .answer = "{}",
                .others = "200,404"}),
      R"({"tags":["Tag"],"operationId":"id","summary":"Does it","parameters":[{"name":"p","in":"query"}],)"
      R"("requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object"}}}},)"
      R"("responses":{"201":{"content":{"application/json":{"schema":{}}}},"200":{"content":{"application/json":{"schema":{}}}},"404":{}}})");
}

}  // namespace
}  // namespace collet::openapi
