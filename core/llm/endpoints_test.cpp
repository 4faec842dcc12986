#include "llm/endpoints.hpp"

#include <gtest/gtest.h>

namespace collet::llm {
namespace {

Result<Endpoint> resolve(std::string model, std::string base_url = "") {
  Config config;
  config.model = std::move(model);
  config.base_url = std::move(base_url);
  return resolve_endpoint(config);
}

TEST(Endpoints, KnownProvider_HasItsOwnAddressAndNeedsAKey) {
  const auto openai = resolve("openai/gpt-x");
  EXPECT_EQ(openai->url, "https://api.openai.com/v1/chat/completions");
  EXPECT_EQ(openai->model, "gpt-x");
  EXPECT_TRUE(openai->needs_key);
  const auto router = resolve("openrouter/openai/gpt-x");
  EXPECT_EQ(router->url, "https://openrouter.ai/api/v1/chat/completions");
  EXPECT_EQ(router->model, "openai/gpt-x");
  EXPECT_FALSE(resolve("ollama/q")->needs_key);
}

TEST(Endpoints, BareName_GoesToTheOneWhoseNameItIs) {
  EXPECT_EQ(resolve("gpt-x")->url, "https://api.openai.com/v1/chat/completions");
  EXPECT_EQ(resolve("claude-x")->provider, "anthropic");
  EXPECT_EQ(resolve("gemini-x")->provider, "gemini");
}

TEST(Endpoints, BaseUrl_Replaces_TheProvidersOwn) {
  for (const auto* url : {"http://h:1/v1", "http://h:1/v1/", "http://h:1/v1/chat/completions"}) {
    const auto endpoint = resolve("openai/mock-1", url);
    EXPECT_EQ(endpoint->url, "http://h:1/v1/chat/completions");
    EXPECT_EQ(endpoint->model, "mock-1");
    EXPECT_FALSE(endpoint->needs_key);
  }
  EXPECT_EQ(resolve("litellm_proxy/a/b", "http://h/v1")->model, "a/b");
  EXPECT_EQ(resolve("whatever/m", "http://h/v1")->model, "m");
  EXPECT_EQ(resolve("m", "http://h/v1")->model, "m");
  EXPECT_EQ(resolve("ollama/q", "http://h:11434")->url, "http://h:11434/v1/chat/completions");
}

TEST(Endpoints, UnusableSettings_SayWhatToSet) {
  EXPECT_NE(resolve("nobody/m").error().message.find("set llm.base_url"), std::string::npos);
  EXPECT_NE(resolve("litellm_proxy/m").error().message.find("set llm.base_url"), std::string::npos);
  EXPECT_FALSE(resolve("openai/").ok());
  EXPECT_FALSE(resolve("").ok());
  for (const auto* url :
       {"h/v1", "ftp://h/v1", "file:///etc/passwd", "http://", "http://h/ v1", "http://h/v1\r\nX: y"})
    EXPECT_FALSE(resolve("openai/m", url).ok()) << url;
}

TEST(Endpoints, ReasoningModels_AreKnownByTheLastPartOfTheirName) {
  for (const auto* model : {"o3-mini", "gpt-5.2", "openai/gpt-5", "google/gemini-2.5-pro"})
    EXPECT_TRUE(is_reasoning_model(model)) << model;
  for (const auto* model : {"mock-1", "gpt-4o", "o3/plain", ""})
    EXPECT_FALSE(is_reasoning_model(model)) << model;
}

}  // namespace
}  // namespace collet::llm
