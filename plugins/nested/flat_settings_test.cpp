#include "flat_settings.hpp"

#include <gmock/gmock.h>

#include "collet/http.hpp"

namespace collet::nested {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

json::Document of(const std::string& text) { return std::move(*json::parse(text)); }

std::string refusal(const std::string& body) {
  try {
    read_settings(of(body));
    return {};
  } catch (const Refusal& refused) {
    return refused.response().body;
  }
}

TEST(FlatSettings, DefaultsAndUnknownMembers) {
  const auto settings = read_settings(of(R"({"llm_model":"m","selected_repository":"x"})"));
  EXPECT_EQ(json::string_or(settings, "llm_model"), "m");
  EXPECT_TRUE(json::bool_at(settings, "enable_default_condenser").value());
  EXPECT_EQ(json::find(static_cast<const json::Value&>(settings), "selected_repository"), nullptr);
}

TEST(FlatSettings, WhatIsWrongIsNamedAndNoKeyShown) {
  const auto answer =
      refusal(R"({"condenser_max_size":19,"llm_api_key":["sk-1"],"confirmation_mode":"yes"})");
  for (const auto* part :
       {"condenser_max_size", "greater than or equal to 20", "llm_api_key", "confirmation_mode"})
    EXPECT_THAT(answer, HasSubstr(part));
  EXPECT_THAT(answer, Not(HasSubstr("sk-1")));
  EXPECT_THAT(refusal(R"({"mcp_config":{"sse_servers":[{"api_key":"k"}]}})"), HasSubstr("sse_servers"));
}

TEST(FlatSettings, NullKeepsKeyModelAndAddress) {
  const auto stored = read_settings(of(R"({"llm_model":"m","llm_api_key":"k","agent":"A"})"));
  const auto merged =
      merged_settings(read_settings(of(R"({"llm_api_key":null,"llm_base_url":"http://x"})")), &stored);
  EXPECT_EQ(json::string_or(merged, "llm_api_key"), "k");
  EXPECT_EQ(json::string_or(merged, "llm_model"), "m");
  EXPECT_TRUE(json::find(static_cast<const json::Value&>(merged), "agent")->IsNull())
      << "all else is replaced";
}

TEST(FlatSettings, BecomeAChangeOfTheServers) {
  EXPECT_EQ(
      settings_change(read_settings(
          of(R"({"llm_model":"m","llm_api_key":"k","max_iterations":7,"confirmation_mode":true,)"
             R"("security_analyzer":"invariant","condenser_max_size":30,"agent":"CodeActAgent"})"))),
      R"({"agent_settings_diff":{"agent":"CodeActAgent","llm":{"model":"m","api_key":"k"},)"
      R"("condenser":{"enabled":true,"max_size":30}},)"
      R"("conversation_settings_diff":{"max_iterations":7,"confirmation_mode":true,"security_analyzer":null}})");
}

TEST(FlatSettings, McpServersGetNamesAndHeaders) {
  json::Document out;
  const auto servers = read_mcp_servers(
      of(R"({"shttp_servers":[{"url":"http://a","api_key":"k","timeout":5}],"sse_servers":["http://b"],)"
         R"("stdio_servers":[{"name":"local","command":"run","args":["x"],"env":{"A":"1"}}]})"),
      "mcp_config", out.GetAllocator());
  EXPECT_EQ(
      json::dump(servers),
      R"({"sse_0":{"transport":"sse","url":"http://b"},)"
      R"("local":{"transport":"stdio","command":"run","args":["x"],"env":{"A":"1"}},)"
      R"("shttp_0":{"transport":"http","url":"http://a","headers":{"Authorization":"Bearer k"},"timeout":5}})");
}

}  // namespace
}  // namespace collet::nested
