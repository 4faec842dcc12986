// Plugins at work: every feature in both directions, failures included.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collet/json.hpp"
#include "plugins/testing/host_fixture.hpp"
#include "storage/plugin_store.hpp"

namespace collet::plugins {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PluginAtWork : public HostFixture {
 protected:
  void SetUp() override {
    HostFixture::SetUp();
    install("sample");
    ASSERT_EQ(load(R"({"sample":{"greeting":"Moin"}})"), "");
    host_->set_conversations(conversations_);
    host_->start_all();
    ASSERT_EQ(status("sample").state, State::kStarted);
  }
};

TEST_F(PluginAtWork, Route_GetsRequestAndConfig) {
  const auto response = call("GET", "/api/sample/hello/ann%20b", {}, {{"q", "1"}, {"q", "2"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.body, R"({"greeting":"Moin, ann b","q":["1","2"],"agent":"test"})");
}

TEST_F(PluginAtWork, ThrowingHandler_Is500AndHostLives) {
  EXPECT_EQ(call("GET", "/api/sample/throw").status, 500);
  EXPECT_EQ(call("GET", "/api/sample/throw-int").status, 500);
  EXPECT_EQ(call("POST", "/api/sample/drop").status, 500);
  EXPECT_EQ(call("GET", "/api/sample/hello/x").status, 200);
}

TEST_F(PluginAtWork, Route_AnswersLaterWithHarmlessHeadersOnly) {
  const auto response = call("POST", "/api/sample/later", "body");
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "body");
  EXPECT_EQ(response.headers, (http::Pairs{{"x-sample", "yes"}}));
}

TEST_F(PluginAtWork, Store_KeepsKeysAndLogs) {
  const auto response = call("POST", "/api/sample/store", "two");
  const std::string dir = (folder_ / "state/plugins/sample").string();
  EXPECT_EQ(response.body,
            R"({"value":"two","gone":null,"erased":true,"keys":1,"last":3,"found":[3,{"n":3},1,{"n":1}],)"
            R"("before":1,"all":2,"dir":")" +
                dir + "\"}");
  EXPECT_TRUE(std::filesystem::is_directory(dir));
}

TEST_F(PluginAtWork, Store_AppendsLaterInOrderAndTellsOfFailures) {
  EXPECT_EQ(call("POST", "/api/sample/append").body, "1\nstorage: log 'later' has no index 'what'\n2\n");
}

TEST_F(PluginAtWork, Process_RunsWithThePluginsEnvironment) {
  EXPECT_EQ(call("POST", "/api/sample/run", "echo $SAMPLE; pwd; exit 3", {{"in", "/usr"}}).body,
            "from the plugin\n/usr\n3");
  const auto failed = call("POST", "/api/sample/run", "true", {{"in", "/nowhere"}});
  EXPECT_EQ(failed.status, 400);
  EXPECT_THAT(failed.body, HasSubstr("cannot enter '/nowhere'"));
}

TEST_F(PluginAtWork, Catalogue_ListsToolsInOrder) {
  const auto response = call("GET", "/api/sample/tools");
  const auto list = json::parse(response.body);
  ASSERT_TRUE(list && list->IsArray());
  ASSERT_EQ(list->Size(), 3U);
  EXPECT_EQ(json::string_or((*list)[0], "name"), "sample_reverse");
  EXPECT_EQ(json::string_or((*list)[0], "plugin"), "sample");
  EXPECT_EQ(json::string_or((*list)[0], "version"), "1.2.3");
  EXPECT_EQ(json::string_or((*list)[0], "state"), "started");
  EXPECT_EQ(json::bool_at((*list)[1], "listed"), false);
}

TEST_F(PluginAtWork, Conversations_AreReachable) {
  EXPECT_EQ(call("GET", "/api/sample/conversations").body,
            "<c1><c2>it runs already (conflict) no such conversation");
  EXPECT_THAT(conversations_.messages,
              ElementsAre(R"(c1{"role":"user"})", "run c1", "pause c1", R"(c2{"role":"user"})"));
}

TEST_F(PluginAtWork, Tool_DescribesItself) {
  const auto& about = tools_.find("sample_reverse")->description();
  EXPECT_EQ(about.description, "Reverses a text.");
  EXPECT_EQ(about.plugin, "sample");
  EXPECT_EQ(about.annotations, R"({"readOnlyHint":true})");
  EXPECT_EQ(tools_.find("sample_wait")->description().annotations, "{}");
}

TEST_F(PluginAtWork, Tool_ReturnsObservationOrError) {
  EXPECT_EQ(call_tool("sample_reverse", R"({"text":"abc"})").observation, R"({"text":"cba","in":"/work"})");
  EXPECT_EQ(call_tool("sample_reverse", R"({})").error, "nothing to reverse");
  EXPECT_EQ(call_tool("sample_reply", R"({"how":"throw"})").error, "thrown by start");
  EXPECT_EQ(call_tool("sample_reply", R"({"how":"drop"})").error, "The tool ended without an observation.");
  EXPECT_EQ(call_tool("sample_reply", R"({"how":"nonsense"})").error,
            "The tool's observation is no JSON object.");
}

TEST_F(PluginAtWork, Tool_GetsItsEnvironment) {
  std::promise<agent::ToolOutcome> promise;
  const auto running = tools_.find("sample_reply")
                           ->start({"c", "1", R"({"how":"environment"})", "/", "/", {{"A", "1"}, {"B", ""}}},
                                   [&](auto outcome) { promise.set_value(outcome); });
  EXPECT_EQ(promise.get_future().get().observation, R"({"A":"1","B":""})");
}

TEST_F(PluginAtWork, Masking_HidesOverPieces) {
  const auto ask = [this](const std::string& conversation) {
    std::promise<agent::ToolOutcome> promise;
    const auto running = tools_.find("sample_reply")
                             ->start({conversation, "1", R"({"how":"mask"})", "/", "/"},
                                     [&](auto outcome) { promise.set_value(outcome); });
    return promise.get_future().get();
  };
  EXPECT_EQ(ask("c1").observation, R"({"first":"a ","second":"<secret-hidden> and ","last":"sec"})");
  EXPECT_EQ(ask("none").error, "no such conversation");
}

TEST_F(PluginAtWork, Tool_MayFinishLater) {
  std::promise<agent::ToolOutcome> promise;
  const auto running =
      tools_.find("sample_reply")->start({"c", "1", R"({"how":"later"})", "/", "/"}, [&](auto outcome) {
        promise.set_value(outcome);
      });
  EXPECT_EQ(call_tool("sample_reply", R"({"how":"now"})").error, "The tool ended without an observation.");
  EXPECT_EQ(promise.get_future().get().observation, R"({"late":true})");
}

TEST_F(PluginAtWork, RunningCalls_AreShownWithTheirProgress) {
  std::promise<agent::ToolOutcome> promise;
  const auto running = tools_.find("sample_reply")
                           ->start({"talk", "call-1", R"({"how":"later"})", "/", "/"},
                                   [&](auto outcome) { promise.set_value(outcome); });
  while (status("sample").running.empty() || status("sample").running[0].progress.empty())
    std::this_thread::yield();
  const auto call = status("sample").running.at(0);
  EXPECT_EQ(call.tool, "sample_reply");
  EXPECT_EQ(call.conversation, "talk");
  EXPECT_EQ(call.call_id, "call-1");
  EXPECT_EQ(call.progress, "half of the <secret-hidden>");
  EXPECT_GE(call.age.count(), 0);
  call_tool("sample_reply", R"({"how":"now"})");
  promise.get_future().get();
  EXPECT_TRUE(status("sample").running.empty());
}

TEST_F(PluginAtWork, DestroyedCall_IsCancelled) {
  for (int i = 0; i < 50; ++i) {  // before, during and after the call's begin
    std::promise<agent::ToolOutcome> promise;
    auto running =
        tools_.find("sample_wait")->start({"c", std::to_string(i), "{}", "/", "/"}, [&](auto outcome) {
          promise.set_value(outcome);
        });
    running.reset();
    const auto outcome = promise.get_future().get();
    EXPECT_TRUE(outcome.observation == R"({"cancelled":true})" || !outcome.error.empty());
  }
}

TEST_F(PluginAtWork, ClosedConversation_IsTold) {
  tools_.find("sample_reply")->close_conversation("the-conversation");
  EXPECT_TRUE(host_->stop_all());
  host_.reset();
  auto store = storage::PluginStore::open(folder_ / "state", "sample");
  ASSERT_TRUE(store.ok()) << store.error().message;
  EXPECT_EQ(*(*store)->get("stopped"), "yes");
  EXPECT_EQ(*(*store)->get("started"), "yes");
}

TEST_F(PluginAtWork, Stop_CancelsWhatRuns) {
  std::promise<agent::ToolOutcome> promise;
  const auto running = tools_.find("sample_wait")->start({"c", "1", "{}", "/", "/"}, [&](auto outcome) {
    promise.set_value(outcome);
  });
  EXPECT_TRUE(host_->stop_all());
  const auto outcome = promise.get_future().get();
  EXPECT_TRUE(outcome.observation == R"({"cancelled":true})" || !outcome.error.empty())
      << outcome.observation;
  EXPECT_EQ(status("sample").state, State::kStopped);
  EXPECT_EQ(call("GET", "/api/sample/hello/x").status, 503);
  EXPECT_EQ(call_tool("sample_reverse", "{}").error, "The plugin 'sample' is stopped.");
}

struct ModelAnswer {
  std::promise<llm::Outcome> promise;
  std::unique_ptr<llm::Call> call;
};

void ask(llm::Providers& providers, const std::string& text, ModelAnswer& answer) {
  llm::Config config;
  config.model = "sample/echo";
  config.output_cost_per_token = 0.5;
  llm::Request request;
  request.messages = R"([{"role":"user","content":")" + text + "\"}]";
  answer.call = providers.for_model(config.model).start(config, request, {}, [&answer](llm::Outcome outcome) {
    answer.promise.set_value(std::move(outcome));
  });
}

TEST_F(PluginAtWork, Model_Answers) {
  ModelAnswer answer;
  ask(*providers_, "hello", answer);
  const auto outcome = answer.promise.get_future().get();
  ASSERT_TRUE(outcome.response.has_value()) << outcome.failure.detail;
  EXPECT_EQ(outcome.response->text, "echo: hello");
  EXPECT_EQ(outcome.response->id, "echo-1");
  EXPECT_EQ(outcome.response->usage.prompt_tokens, 3);
  EXPECT_EQ(outcome.response->cost, 2.0);
}

TEST_F(PluginAtWork, Model_FailsInTheAgentsTerms) {
  ModelAnswer answer;
  ask(*providers_, "limit", answer);
  const auto outcome = answer.promise.get_future().get();
  ASSERT_FALSE(outcome.response.has_value());
  EXPECT_EQ(outcome.failure.code, "LLMRateLimitError");
  EXPECT_THAT(outcome.failure.detail, HasSubstr("slow down"));
}

TEST_F(PluginAtWork, Model_DestroyedCallIsCancelledAndSilent) {
  ModelAnswer answer;
  ask(*providers_, "wait", answer);
  answer.call.reset();
  EXPECT_TRUE(host_->stop_all());  // would take a minute if the call were not cancelled
  EXPECT_EQ(answer.promise.get_future().wait_for(std::chrono::seconds(0)), std::future_status::timeout);
}

class PluginStarting : public HostFixture {};

TEST_F(PluginStarting, BeforeStart_RoutesAnswer503) {
  install("sample");
  ASSERT_EQ(load(), "");
  const auto response = call("GET", "/api/sample/hello/x");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, R"({"detail":"The plugin 'sample' is created."})");
  EXPECT_EQ(call_tool("sample_reverse", "{}").error, "The plugin 'sample' is created.");
}

TEST_F(PluginStarting, FailingStart_Answers503AndIsNamed) {
  install("failing_start");
  install("sample");
  ASSERT_EQ(load(), "");
  host_->start_all();
  EXPECT_EQ(call("GET", "/api/failing").status, 503);
  EXPECT_EQ(status("failing_start").state, State::kFailed);
  EXPECT_EQ(status("failing_start").error, "its start failed: no connection");
  EXPECT_TRUE(status("failing_start").holds_up());
  EXPECT_EQ(call("GET", "/api/sample/hello/x").status, 200);
}

TEST_F(PluginStarting, SlowStart_Answers503UntilItHasEnded) {
  const std::string pipe = (folder_ / "pipe").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  install("slow_start");
  patience_ = std::chrono::milliseconds(0);
  ASSERT_EQ(load(R"({"slow_start":{"pipe":")" + pipe + "\"}}"), "");
  host_->start_all();
  EXPECT_EQ(status("slow_start").state, State::kStarting);
  EXPECT_EQ(call("GET", "/api/slow").status, 503);
  const int writing = ::open(pipe.c_str(), O_WRONLY);
  ASSERT_EQ(::write(writing, "go\n", 3), 3);
  ::close(writing);
  EXPECT_TRUE(host_->stop_all());  // waits for the start
  EXPECT_EQ(status("slow_start").state, State::kStopped);
}

TEST_F(PluginStarting, PluginInPlainC_Works) {
  install("plain_c");
  ASSERT_EQ(load(), "");
  host_->start_all();
  const auto response = call("GET", "/api/plain-c");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "/api/plain-c");
  EXPECT_EQ(status("plain_c").state, State::kStarted);
}

}  // namespace
}  // namespace collet::plugins
