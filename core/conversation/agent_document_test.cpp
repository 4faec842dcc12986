#include "conversation/agent_document.hpp"

#include <gtest/gtest.h>

namespace collet::conversation {
namespace {

TEST(AgentDocument, Complete_FillsDefaultsAndDropsUnknownMembers) {
  const auto given = json::parse(
      R"({"llm":{"model":"a/b","zzz":1,"num_retries":0},"tools":[{"name":"terminal"}],"bogus":true})");
  const auto agent = complete_agent(*given);
  EXPECT_EQ(json::dump(*json::find(agent, "tools")), R"([{"name":"terminal","params":{}}])");
  EXPECT_EQ(json::find(agent, "bogus"), nullptr);
  const json::Value& llm = *json::find(agent, "llm");
  EXPECT_EQ(json::find(llm, "zzz"), nullptr);
  EXPECT_EQ(json::string_or(llm, "model"), "a/b");
  EXPECT_EQ(json::int_at(llm, "num_retries"), 0);
  EXPECT_EQ(json::int_at(llm, "max_message_chars"), 30'000);
  EXPECT_EQ(json::string_or(agent, "kind"), "Agent");
}

TEST(AgentDocument, FromSettings_HasTheUsualToolsAndItsOwnUsageId) {
  const auto agent = agent_from_settings(*json::parse(R"({"llm":{"model":"m"}})"));
  EXPECT_EQ(json::find(agent, "tools")->Size(), 2u);
  EXPECT_EQ(json::string_or(*json::find(agent, "llm"), "usage_id"), "agent");
}

TEST(AgentDocument, Complete_MakesKeysThatAreNoneNull) {
  const auto agent = complete_agent(*json::parse(
      R"({"llm":{"model":"m","api_key":"**********","aws_secret_access_key":" ","aws_session_token":"real",)"
      R"("extra_headers":{"X":"**********"}},"mcp_config":{"mcpServers":{"a":{"url":"u",)"
      R"("auth":{"strategy":"bearer","value":"**********"},"headers":{"X":"**********"}},"b":{"url":"u","auth":"**********"}}}})"));
  EXPECT_TRUE(json::at(agent, {"llm", "api_key"})->IsNull());
  EXPECT_TRUE(json::at(agent, {"llm", "aws_secret_access_key"})->IsNull());
  EXPECT_EQ(json::view(*json::at(agent, {"llm", "aws_session_token"})), "real");
  EXPECT_TRUE(json::at(agent, {"mcp_config", "mcpServers", "a", "auth", "value"})->IsNull());
  EXPECT_TRUE(json::at(agent, {"mcp_config", "mcpServers", "b", "auth"})->IsNull());
  EXPECT_EQ(json::view(*json::at(agent, {"llm", "extra_headers", "X"})), "**********");
}

TEST(AgentDocument, Context_GetsItsDefaultsOnlyWhenGiven) {
  EXPECT_TRUE(
      json::find(complete_agent(*json::parse(R"({"llm":{"model":"m"}})")), "agent_context")->IsNull());
  const auto agent = complete_agent(*json::parse(R"({"llm":{"model":"m"},"agent_context":{"skills":[]}})"));
  EXPECT_NE(json::at(agent, {"agent_context", "load_memory"}), nullptr);
}

}  // namespace
}  // namespace collet::conversation
