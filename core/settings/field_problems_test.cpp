#include "settings/field_problems.hpp"

#include <gtest/gtest.h>

#include "settings/settings_fields.hpp"

namespace collet::settings {
namespace {

std::string of(const char* text) { return problems(*json::parse(text), *agent_shape("openhands")); }

TEST(FieldProblems, NothingIsWrongWithWhatIsTaken) {
  EXPECT_EQ(of("{}"), "[]");
  EXPECT_EQ(of(R"({"llm":{"model":"m","num_retries":3,"unknown":{}},"mcp_config":{"a":{"url":"http://x"}}})"),
            "[]");
}

TEST(FieldProblems, EachIsNamedWithItsPlace) {
  EXPECT_EQ(
      of(R"({"llm":{"num_retries":"many","top_p":7,"auth_type":"x"}})"),
      R"([{"type":"literal_error","loc":["llm","auth_type"],)"
      R"("msg":"Input should be 'api_key' or 'subscription'","input":"x"},)"
      R"({"type":"int_type","loc":["llm","num_retries"],"msg":"Input should be a valid integer","input":"many"},)"
      R"({"type":"less_than_equal","loc":["llm","top_p"],)"
      R"("msg":"Input should be less than or equal to 1","input":7}])");
  const auto one = json::parse(of(R"({"llm":{"num_retries":-1}})"));
  EXPECT_EQ(json::string_or((*one)[0], "type"), "greater_than_equal");
  EXPECT_EQ(
      of(R"({"mcp_config":{"a":{"args":5}}})"),
      R"([{"type":"list_type","loc":["mcp_config","a","args"],"msg":"Input should be a valid list","input":5}])");
  EXPECT_EQ(of(R"({"llm":5})"),
            R"([{"type":"dict_type","loc":["llm"],"msg":"Input should be a valid dictionary","input":5}])");
}

TEST(FieldProblems, SecretsAreHidden) {
  EXPECT_EQ(of(R"({"llm":{"api_key":["sk-1"]}})").find("sk-1"), std::string::npos);
  EXPECT_EQ(of(R"({"llm":{"base_url":"http://me:pass@host/"}})").find("pass@"), std::string::npos);
  EXPECT_NE(of(R"({"llm":{"base_url":"http://me:pass@host/"}})").find("user or password"), std::string::npos);
}

}  // namespace
}  // namespace collet::settings
