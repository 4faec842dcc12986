#include "llm/chat_request.hpp"

#include <gtest/gtest.h>

namespace collet::llm {
namespace {

const Endpoint kMock{"openai", "mock-1", "http://h/v1/chat/completions", false};
const Request kHello{R"([{"role":"user","content":"hi"}])", "", "s-1"};

std::string_view header(const HeaderList& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

TEST(ChatRequest, Defaults_SendOnlyMessagesAndModel) {
  Config config;
  config.reasoning_effort = "high";  // the default; this model does not take it
  EXPECT_EQ(chat_body(config, kMock, kHello),
            R"({"messages":[{"role":"user","content":"hi"}],"model":"mock-1"})");
}

TEST(ChatRequest, EverySetting_IsSentUnderItsName) {
  Config config;
  config.temperature = 0.5;
  config.top_p = 0.9;
  config.max_output_tokens = 10;
  config.seed = 3;
  config.stream = true;
  Request request = kHello;
  request.tools = R"([{"type":"function"}])";
  EXPECT_EQ(chat_body(config, kMock, request),
            R"({"messages":[{"role":"user","content":"hi"}],"model":"mock-1","tools":[{"type":"function"}],)"
            R"("temperature":0.5,"top_p":0.9,"max_completion_tokens":10,"seed":3,)"
            R"("stream":true,"stream_options":{"include_usage":true}})");
}

TEST(ChatRequest, ReasoningModel_GetsEffortInsteadOfTemperature) {
  Config config;
  config.temperature = 0.5;
  config.reasoning_effort = "low";
  const Endpoint endpoint{"openai", "gpt-5.2", "", false};
  EXPECT_EQ(chat_body(config, endpoint, {"[]", "", ""}),
            R"({"messages":[],"model":"gpt-5.2","reasoning_effort":"low"})");
  config.reasoning_effort = "none";
  EXPECT_EQ(chat_body(config, endpoint, {"[]", "[]", ""}), R"({"messages":[],"model":"gpt-5.2"})");
}

TEST(ChatRequest, OtherProviders_TakeMaxTokensAndTopK) {
  Config config;
  config.max_output_tokens = 10;
  config.top_k = 5;
  EXPECT_EQ(chat_body(config, {"mistral", "m", "", true}, {"[]", "", ""}),
            R"({"messages":[],"model":"m","top_k":5,"max_tokens":10})");
}

TEST(ChatRequest, ExtraBody_ReplacesOurs) {
  Config config;
  config.temperature = 0.5;
  config.extra_body = R"({"temperature":1,"provider":{"sort":"price"}})";
  EXPECT_EQ(chat_body(config, kMock, {"[]", "", ""}),
            R"({"messages":[],"model":"mock-1","temperature":1,"provider":{"sort":"price"}})");
}

TEST(ChatRequest, Headers_CarryTheKeyAndTheSession) {
  Config config;
  config.api_key = " sk-1\n";
  config.extra_headers = {{"X-Team", "a"}, {"accept", "b"}};
  const auto headers = chat_headers(config, kHello);
  ASSERT_TRUE(headers.ok());
  EXPECT_EQ(header(*headers, "Authorization"), "Bearer sk-1");
  EXPECT_EQ(header(*headers, "X-Litellm-Session-Id"), "s-1");
  EXPECT_EQ(header(*headers, "X-Team"), "a");
  EXPECT_EQ(header(*headers, "Accept"), "b");
}

TEST(ChatRequest, NoKey_SendsNoAuthorization) {
  EXPECT_EQ(header(*chat_headers(Config(), kHello), "Authorization"), "");
}

TEST(ChatRequest, HeaderInjection_IsRefusedWithoutShowingTheKey) {
  Config config;
  config.api_key = "sk-1\r\nX-Evil: 1";
  auto headers = chat_headers(config, kHello);
  ASSERT_FALSE(headers.ok());
  EXPECT_EQ(headers.error().message.find("sk-1"), std::string::npos);
  config.api_key = "k";
  config.extra_headers = {{"A", "b\nC: d"}};
  EXPECT_FALSE(chat_headers(config, kHello).ok());
  config.extra_headers = {{"A: b\r\nC", "d"}};
  EXPECT_FALSE(chat_headers(config, kHello).ok());
}

}  // namespace
}  // namespace collet::llm
