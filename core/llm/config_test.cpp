#include <gtest/gtest.h>

#include "llm/provider.hpp"

namespace collet::llm {
namespace {

Result<Config> read(std::string_view text) { return Config::from_json(*json::parse(text)); }

TEST(LlmConfig, EmptyObject_HasTheDefaults) {
  const auto config = read("{}");
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->model, "gpt-5.5");
  EXPECT_EQ(config->usage_id, "default");
  EXPECT_EQ(config->num_retries, 5);
  EXPECT_DOUBLE_EQ(config->retry_multiplier, 8);
  EXPECT_DOUBLE_EQ(config->retry_min_wait, 8);
  EXPECT_DOUBLE_EQ(config->retry_max_wait, 64);
  EXPECT_DOUBLE_EQ(config->timeout, 300);
  EXPECT_EQ(config->reasoning_effort, "high");
  EXPECT_EQ(config->extra_body, "{}");
  EXPECT_FALSE(config->stream);
  EXPECT_FALSE(config->temperature || config->top_p || config->top_k || config->max_output_tokens ||
               config->seed);
}

TEST(LlmConfig, WholeObject_IsRead_AllMembers) {
  const auto config = read(R"({"model":"openai/m","api_key":"k","base_url":"http://h/v1","usage_id":"agent",
    "num_retries":0,"retry_multiplier":1.5,"retry_min_wait":1,"retry_max_wait":2,"timeout":30,"temperature":0.5,
    "top_p":1,"top_k":40.0,"max_output_tokens":100,"seed":-7,"input_cost_per_token":1e-6,
    "output_cost_per_token":2e-6,"reasoning_effort":"low","stream":true,"extra_headers":{"A":"b"},
    "litellm_extra_body":{"x":[1]}})");
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->model, "openai/m");
  EXPECT_EQ(config->api_key, "k");
  EXPECT_EQ(config->num_retries, 0);
  EXPECT_EQ(config->top_k, 40);
  EXPECT_EQ(config->seed, -7);
  EXPECT_EQ(config->max_output_tokens, 100);
  EXPECT_DOUBLE_EQ(*config->output_cost_per_token, 2e-6);
  EXPECT_EQ(config->reasoning_effort, "low");
  EXPECT_TRUE(config->stream);
  ASSERT_EQ(config->extra_headers.size(), 1u);
  EXPECT_EQ(config->extra_headers[0].second, "b");
  EXPECT_EQ(config->extra_body, R"({"x":[1]})");
}

TEST(LlmConfig, NullsAndUnknownMembers_AreTolerated) {
  const auto config = read(R"({"model":"m","api_key":null,"base_url":null,"timeout":null,"top_k":null,
    "extra_headers":null,"reasoning_effort":null,"some_new_member":{"a":1},"aws_region_name":null})");
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_DOUBLE_EQ(config->timeout, 300);
  EXPECT_EQ(config->reasoning_effort, "") << "null means none";
}

TEST(LlmConfig, OllamaAddress_IsTheBaseUrlOfOllamaModelsOnly) {
  EXPECT_EQ(read(R"({"model":"ollama/q","ollama_base_url":"http://o:1"})")->base_url, "http://o:1");
  EXPECT_EQ(read(R"({"model":"openai/q","ollama_base_url":"http://o:1"})")->base_url, "");
}

TEST(LlmConfig, WrongMember_IsNamedFirst) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"model":1})", "llm.model must be a string"},
      {R"({"api_key":{}})", "llm.api_key must be a string"},
      {R"({"num_retries":-1})", "llm.num_retries must be a whole number of 0 or more"},
      {R"({"num_retries":1.5})", "llm.num_retries must be a whole number of 0 or more"},
      {R"({"num_retries":99999999999})", "llm.num_retries must be a whole number of 0 or more"},
      {R"({"timeout":"x","stream":1})", "llm.timeout must be a number of 0 or more"},
      {R"({"top_p":1.1})", "llm.top_p must be a number from 0 to 1"},
      {R"({"max_output_tokens":0})", "llm.max_output_tokens must be a whole number of 1 or more"},
      {R"({"stream":"yes"})", "llm.stream must be true or false"},
      {R"({"extra_headers":{"a":1}})", "llm.extra_headers must be an object of strings"},
      {R"({"litellm_extra_body":[]})", "llm.litellm_extra_body must be an object"},
      {R"([])", "llm must be an object"},
  };
  for (const auto& [text, message] : cases) {
    const auto config = read(text);
    ASSERT_FALSE(config.ok()) << text;
    EXPECT_EQ(config.error().kind, Error::Kind::kInvalid);
    EXPECT_EQ(config.error().message, message);
  }
}

Result<void> addresses(const char* name, const std::string& url) {
  json::Document llm(rapidjson::kObjectType);
  json::set(llm, name, url, llm.GetAllocator());
  return Config::check_addresses(llm);
}

TEST(Config, Addresses_HaveNoUserInAnyWayOfWritingOne) {
  for (const auto name : {"base_url", "ollama_base_url", "aws_bedrock_runtime_endpoint"})
    for (const std::string url : {"http://user:PW@h/v1", "user:PW@127.0.0.1:9/v1", " http://user:PW@h/v1",
                                  "//user:PW@h/v1", "http:/user:PW@h/v1", "http:\\\\user:PW@h/v1"}) {
      const auto checked = addresses(name, url);
      ASSERT_FALSE(checked.ok()) << url;
      EXPECT_EQ(checked.error().message.find("PW"), std::string::npos);
    }
}

TEST(Config, Addresses_OfModelsAreUrls) {
  for (const auto url : {"http://h/v1\n", "h/v1", "ftp://h", "http://", "http:///v1", "http://h h"})
    EXPECT_FALSE(addresses("base_url", url).ok()) << url;
  for (const auto url : {"", "http://h", "HTTPS://h:8000/v1", "http://[::1]:1/v1", "http://h/a@b"})
    EXPECT_TRUE(addresses("base_url", url).ok()) << url;
  EXPECT_TRUE(addresses("aws_bedrock_runtime_endpoint", "bedrock.us-east-1.amazonaws.com").ok());
}

}  // namespace
}  // namespace collet::llm
