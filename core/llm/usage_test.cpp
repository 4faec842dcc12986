#include "llm/usage.hpp"

#include <gtest/gtest.h>

namespace collet::llm {
namespace {

Response answer(std::string id, std::int64_t prompt, std::int64_t completion, double cost = 0) {
  Response response;
  response.id = std::move(id);
  response.usage.prompt_tokens = prompt;
  response.usage.completion_tokens = completion;
  response.cost = cost;
  response.latency = 0.5;
  return response;
}

TEST(UsageLedger, Empty_HasNoEntries) {
  EXPECT_EQ(UsageLedger().json(UsageLedger::Form::kWhole), R"({"usage_to_metrics":{}})");
}

TEST(UsageLedger, CallBegun_HasZeros_InEveryForm) {
  UsageLedger ledger;
  ledger.begin_call("agent", "openai/m");
  const std::string tokens =
      R"("accumulated_token_usage":{"model":"openai/m","prompt_tokens":0,"completion_tokens":0,"cache_read_tokens":0,)"
      R"("cache_write_tokens":0,"reasoning_tokens":0,"context_window":0,"per_turn_token":0,"response_id":""})";
  const std::string head = R"({"usage_to_metrics":{"agent":{"model_name":"openai/m","accumulated_cost":0.0,)";
  const std::string lists = R"(,"costs":[],"response_latencies":[],"token_usages":[]}}})";
  EXPECT_EQ(ledger.json(UsageLedger::Form::kWhole), head + R"("max_budget_per_task":null,)" + tokens + lists);
  EXPECT_EQ(ledger.json(UsageLedger::Form::kWithoutNulls), head + tokens + lists);
  EXPECT_EQ(ledger.json(UsageLedger::Form::kSummary),
            head + R"("max_budget_per_task":null,)" + tokens + "}}}");
}

TEST(UsageLedger, Calls_AddUp) {
  UsageLedger ledger;
  auto first = answer("r-1", 1234, 56, 0.25);
  first.usage.cache_read_tokens = 1000;
  ledger.add("agent", "openai/m", first, 1'700'000'000'500'000);
  ledger.add("agent", "openai/m", answer("r-2", 1300, 20), 0);
  EXPECT_EQ(
      ledger.json(UsageLedger::Form::kWithoutNulls),
      R"({"usage_to_metrics":{"agent":{"model_name":"openai/m","accumulated_cost":0.25,"accumulated_token_usage":)"
      R"({"model":"openai/m","prompt_tokens":2534,"completion_tokens":76,"cache_read_tokens":1000,"cache_write_tokens":0,)"
      R"("reasoning_tokens":0,"context_window":0,"per_turn_token":1320,"response_id":""},)"
      R"("costs":[{"model":"openai/m","cost":0.25,"timestamp":1700000000.5}],)"
      R"("response_latencies":[{"model":"openai/m","latency":0.5,"response_id":"r-1"},)"
      R"({"model":"openai/m","latency":0.5,"response_id":"r-2"}],)"
      R"("token_usages":[{"model":"openai/m","prompt_tokens":1234,"completion_tokens":56,"cache_read_tokens":1000,)"
      R"("cache_write_tokens":0,"reasoning_tokens":0,"context_window":0,"per_turn_token":1290,"response_id":"r-1"},)"
      R"({"model":"openai/m","prompt_tokens":1300,"completion_tokens":20,"cache_read_tokens":0,"cache_write_tokens":0,)"
      R"("reasoning_tokens":0,"context_window":0,"per_turn_token":1320,"response_id":"r-2"}]}}})");
  EXPECT_DOUBLE_EQ(ledger.total_cost(), 0.25);
}

TEST(UsageLedger, UncountedCall_HasALatencyOnly) {
  UsageLedger ledger;
  ledger.add("agent", "m", answer("r", 0, 0), 0);
  const auto document = json::parse(ledger.json(UsageLedger::Form::kWhole));
  const auto& agent = *json::at(*document, {"usage_to_metrics", "agent"});
  EXPECT_EQ(json::find(agent, "response_latencies")->Size(), 1u);
  EXPECT_EQ(json::find(agent, "token_usages")->Size(), 0u);
}

TEST(UsageLedger, StoredForm_IsReadBack_AndGoesOn) {
  UsageLedger ledger;
  ledger.add("agent", "m", answer("r-1", 10, 5, 0.5), 7);
  ledger.begin_call("condenser", "n");
  for (const auto form : {UsageLedger::Form::kWhole, UsageLedger::Form::kWithoutNulls}) {
    auto read = UsageLedger::from_json(*json::parse(ledger.json(form)));
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->json(form), ledger.json(form));
    read->add("agent", "m", answer("r-2", 1, 1), 8);
    UsageLedger expected = ledger;
    expected.add("agent", "m", answer("r-2", 1, 1), 8);
    EXPECT_EQ(read->json(form), expected.json(form));
  }
  const auto budget =
      UsageLedger::from_json(*json::parse(R"({"usage_to_metrics":{"a":{"max_budget_per_task":2.5}}})"));
  EXPECT_NE(budget->json(UsageLedger::Form::kWithoutNulls).find(R"("max_budget_per_task":2.5)"),
            std::string::npos);
}

TEST(UsageLedger, SummaryAndSingleCalls_MakeTheWholeAgain) {
  UsageLedger ledger;
  Response response;
  response.id = "r1";
  response.cost = 0.5;
  response.usage.prompt_tokens = 7;
  ledger.add("agent", "a/b", response, 1'000'000);
  const std::string first = ledger.take_new_calls();
  response.id = "r2";
  ledger.add("agent", "a/b", response, 2'000'000);
  const std::string second = ledger.take_new_calls();
  EXPECT_EQ(ledger.take_new_calls(), "");

  auto again = UsageLedger::from_json(*json::parse(ledger.json(UsageLedger::Form::kSummary)));
  ASSERT_TRUE(again);
  again->restore_calls(*json::parse(first));
  again->restore_calls(*json::parse(second));
  EXPECT_EQ(again->json(UsageLedger::Form::kWhole), ledger.json(UsageLedger::Form::kWhole));
}

TEST(UsageLedger, WrongJson_IsRefused) {
  for (const auto* text : {"[]", "{}", R"({"usage_to_metrics":[]})", R"({"usage_to_metrics":{"a":1}})",
                           R"({"usage_to_metrics":{"a":{"costs":{}}}})"})
    EXPECT_FALSE(UsageLedger::from_json(*json::parse(text)).ok()) << text;
}

}  // namespace
}  // namespace collet::llm
