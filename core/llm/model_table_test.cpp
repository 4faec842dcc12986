#include "llm/model_table.hpp"

#include <gtest/gtest.h>

#include <string>

#include "collet/json.hpp"
#include "llm/pricing.hpp"

namespace collet::llm {
namespace {

TEST(ModelTable, File_IsWellFormed) {
  const auto table = json::parse(model_table());
  ASSERT_TRUE(table.has_value());
  const auto columns = json::find(*table, "columns")->Size();
  EXPECT_EQ(columns, 8U);
  for (const auto& model : json::find(*table, "models")->GetObject()) {
    const std::string name(json::view(model.name));
    ASSERT_EQ(model.value.Size(), columns) << name;
    EXPECT_TRUE(model.value[0].IsString()) << name;
    for (rapidjson::SizeType i = 1; i + 1 < columns; ++i)
      EXPECT_TRUE(model.value[i].IsNull() || (model.value[i].IsNumber() && model.value[i].GetDouble() >= 0))
          << name;
    EXPECT_EQ(json::view(model.value[columns - 1]).find_first_not_of("tvrc"), std::string_view::npos) << name;
  }
}

TEST(ModelTable, Prices_AreFoundByAllNamesOfAModel) {
  const auto bare = prices_of("gpt-4o");
  ASSERT_TRUE(bare.has_value());
  EXPECT_DOUBLE_EQ(bare->input, 2.5e-6);
  EXPECT_DOUBLE_EQ(bare->output, 10e-6);
  for (const auto* name :
       {"openai/gpt-4o", "OpenAI/GPT-4o", "litellm_proxy/openai/gpt-4o", "openhands/gpt-4o"})
    EXPECT_DOUBLE_EQ(prices_of(name).value_or(Prices{}).input, bare->input) << name;
  for (const auto* name : {"ollama/gpt-4o", "openai/mock", "", "/", "gpt-4o/", "mistral/gpt-4o"})
    EXPECT_FALSE(prices_of(name).has_value()) << name;
}

TEST(Pricing, Cost_IsByTheTableUnlessPricesAreConfigured) {
  Config config;
  config.model = "anthropic/claude-opus-4-5";
  Usage usage;
  usage.prompt_tokens = 1'000'000;
  usage.completion_tokens = 100'000;
  EXPECT_DOUBLE_EQ(cost_of(config, usage), 5 + 2.5);
  usage.cache_read_tokens = 1'000'000;
  EXPECT_DOUBLE_EQ(cost_of(config, usage), 0.5 + 2.5);
  usage.cache_read_tokens = 2'000'000;  // nonsense of the endpoint's
  EXPECT_DOUBLE_EQ(cost_of(config, usage), 1 + 2.5);
  config.input_cost_per_token = 0;
  EXPECT_DOUBLE_EQ(cost_of(config, usage), 0);
}

}  // namespace
}  // namespace collet::llm
