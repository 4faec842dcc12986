#include "plugins/operation_check.hpp"

#include <gtest/gtest.h>

namespace collet::plugins {
namespace {

TEST(OperationCheck, Good_IsTaken) {
  EXPECT_EQ(check_operation("", "/a"), "");
  EXPECT_EQ(check_operation("{}", "/a"), "");
  EXPECT_EQ(check_operation(R"({"summary":"s","tags":["t"],"parameters":[)"
                            R"({"name":"city","in":"path","schema":{"type":"string","x":1}},)"
                            R"({"name":"rest","in":"path","schema":{}},)"
                            R"({"name":"days","in":"query","required":true,"schema":{"type":"integer"}}],)"
                            R"("requestBody":{"content":{"text/plain":{"schema":{"type":"string"}}}},)"
                            R"("responses":{"200":{"description":"d"},"4XX":{},"default":{}}})",
                            "/a/{city}/{rest...}"),
            "");
}

TEST(OperationCheck, Bad_IsNamed) {
  const auto wrong = [](std::string_view text) { return check_operation(text, "/a/{city}"); };
  EXPECT_EQ(wrong("[]"), "its operation is no JSON object");
  EXPECT_EQ(wrong("{"), "its operation is no JSON object");
  EXPECT_EQ(wrong(R"({"sumary":"s"})"), "operation.sumary is no known key (did you mean 'summary'?)");
  EXPECT_EQ(wrong(R"({"tags":"t"})"), "operation.tags must be of type array");
  EXPECT_EQ(wrong(R"({"parameters":[{"name":"a","schema":{}}]})"), "operation.parameters[0].in is missing");
  EXPECT_EQ(wrong(R"({"parameters":[{"name":"a","in":"body","schema":{}}]})"),
            R"(operation.parameters[0].in must be one of ["path","query","header","cookie"])");
  EXPECT_EQ(wrong(R"({"parameters":[{"name":"town","in":"path","schema":{}}]})"),
            "operation.parameters has 'town', which is not in the path");
  EXPECT_EQ(wrong(R"({"responses":{"2000":{}}})"), "operation.responses has '2000', which is no status");
  EXPECT_EQ(wrong(R"({"requestBody":{"content":{"application/json":{"schema":{"$ref":"#/x"}}}}})"),
            "operation must do without \"$ref\"");
}

}  // namespace
}  // namespace collet::plugins
