#include "metrics/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace collet::metrics {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

llm::Config model(const std::string& name) {
  llm::Config config;
  config.model = name;
  return config;
}

TEST(Metrics, Requests_AreCountedByMethodRouteAndStatus) {
  Metrics metrics("1.2.3");
  metrics.answered({"GET", "/api/x/{id}", 200, std::chrono::milliseconds(3)});
  metrics.answered({"GET", "/api/x/{id}", 200, std::chrono::milliseconds(30)});
  metrics.answered({"GET", "/api/x/{id}", 404, std::chrono::milliseconds(1)});
  metrics.answered({"BREW", "", 405, {}});
  metrics.answered({"GET", "/sockets/{id}", 101, std::chrono::hours(1)});
  const auto text = metrics.text({});
  EXPECT_THAT(
      text,
      AllOf(HasSubstr("collet_info{version=\"1.2.3\"} 1"),
            HasSubstr("collet_http_requests_total{method=\"GET\",route=\"/api/x/{id}\",status=\"200\"} 2"),
            HasSubstr("collet_http_requests_total{method=\"GET\",route=\"/api/x/{id}\",status=\"404\"} 1"),
            HasSubstr("collet_http_requests_total{method=\"other\",route=\"none\",status=\"405\"} 1")));
  EXPECT_THAT(text, HasSubstr("collet_http_request_duration_seconds_count{route=\"/api/x/{id}\"} 3"));
  EXPECT_THAT(text,
              HasSubstr("collet_http_request_duration_seconds_bucket{route=\"/api/x/{id}\",le=\"0.005\"} 2"));
  EXPECT_THAT(text, HasSubstr("collet_http_request_duration_seconds_count{route=\"/sockets/{id}\"} 0"))
      << "a socket's life is no request's duration";
}

TEST(Metrics, ModelCalls_AreCountedWithTheirTokensAndCost) {
  Metrics metrics("1");
  llm::Outcome answered;
  answered.response.emplace();
  answered.response->usage.prompt_tokens = 100;
  answered.response->usage.completion_tokens = 7;
  answered.response->cost = 0.25;
  metrics.call_started(model("openai/a"));
  metrics.call_started(model("openai/a"));
  metrics.call_started(model("openai/a"));
  metrics.call_ended(model("openai/a"), &answered, 1.5);
  const llm::Outcome failed{std::nullopt, {"LLMRateLimitError", "", "", true, ""}};
  metrics.call_ended(model("openai/a"), &failed, 1);
  const auto text = metrics.text({});
  EXPECT_THAT(text,
              AllOf(HasSubstr("collet_llm_calls_total{model=\"openai/a\",outcome=\"ok\"} 1"),
                    HasSubstr("collet_llm_calls_total{model=\"openai/a\",outcome=\"LLMRateLimitError\"} 1"),
                    HasSubstr("collet_llm_tokens_total{model=\"openai/a\",type=\"prompt\"} 100"),
                    HasSubstr("collet_llm_tokens_total{model=\"openai/a\",type=\"completion\"} 7"),
                    HasSubstr("collet_llm_cost_dollars_total{model=\"openai/a\"} 0.25"),
                    HasSubstr("collet_llm_call_duration_seconds_count{model=\"openai/a\"} 2"),
                    HasSubstr("collet_llm_calls_running 1")));
}

TEST(Metrics, ManyModels_AreCountedUnderOneName) {
  Metrics metrics("1");
  for (int i = 0; i < 300; ++i) metrics.call_ended(model("m" + std::to_string(i)), nullptr, 0);
  metrics.call_ended(model(std::string(10'000, 'x')), nullptr, 0);
  const auto text = metrics.text({});
  EXPECT_THAT(text, HasSubstr("collet_llm_calls_total{model=\"m99\",outcome=\"cancelled\"} 1"));
  EXPECT_THAT(text, HasSubstr("collet_llm_calls_total{model=\"other\",outcome=\"cancelled\"} 201"));
  EXPECT_THAT(text, Not(HasSubstr("m100")));
}

TEST(Metrics, Now_IsShownAsItIs) {
  Metrics metrics("1");
  Snapshot now{.connections = 5, .websockets = 2, .conversations_loaded = 4, .runs = 3, .runs_waiting = 1};
  now.plugins.push_back({.name = "core", .requests_waiting = 9});
  now.plugins.push_back({.name = "bash", .state = "starting", .tool_calls = 2});
  now.database = {.backend = "sqlite",
                  .writes = 10,
                  .failed_writes = 1,
                  .commits = 4,
                  .waiting = 6,
                  .write_seconds = 0.5};
  static_cast<void>(metrics.text(now));
  now.plugins[1].state = "started";
  now.database.writes = 12;
  const auto text = metrics.text(now);
  EXPECT_THAT(text,
              AllOf(HasSubstr("collet_http_connections 5"), HasSubstr("collet_websockets 2"),
                    HasSubstr("collet_conversations_loaded 4"), HasSubstr("collet_runs{state=\"running\"} 3"),
                    HasSubstr("collet_runs{state=\"waiting\"} 1"),
                    HasSubstr("collet_queue_requests{owner=\"core\"} 9")));
  EXPECT_THAT(text, AllOf(HasSubstr("collet_plugin_state{plugin=\"bash\",state=\"starting\"} 0"),
                          HasSubstr("collet_plugin_state{plugin=\"bash\",state=\"started\"} 1"),
                          HasSubstr("collet_plugin_calls{kind=\"tool\",plugin=\"bash\"} 2"),
                          Not(HasSubstr("plugin=\"core\""))));
  EXPECT_THAT(text, AllOf(HasSubstr("collet_database_writes_total{backend=\"sqlite\",outcome=\"ok\"} 12"),
                          HasSubstr("collet_database_writes_total{backend=\"sqlite\",outcome=\"error\"} 1"),
                          HasSubstr("collet_database_commits_total{backend=\"sqlite\"} 4"),
                          HasSubstr("collet_database_write_seconds_total{backend=\"sqlite\"} 0.5"),
                          HasSubstr("collet_database_writes_waiting 6")));
}

}  // namespace
}  // namespace collet::metrics
