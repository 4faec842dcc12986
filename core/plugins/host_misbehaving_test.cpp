// A plugin that throws over the boundary, or never returns, at every place: what becomes of it, and that
// nothing else does.
#include <gmock/gmock.h>
#include <pthread.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "plugins/testing/host_fixture.hpp"

namespace collet::plugins {
namespace {

using ::testing::HasSubstr;

// While it lives, no thread can be had: none has room for such a stack.
class NoThreads {
 public:
  NoThreads() {
    ::pthread_getattr_default_np(&before_);
    pthread_attr_t huge;
    ::pthread_getattr_default_np(&huge);
    EXPECT_EQ(::pthread_attr_setstacksize(&huge, std::size_t{1} << 47), 0);
    EXPECT_EQ(::pthread_setattr_default_np(&huge), 0);
    ::pthread_attr_destroy(&huge);
  }
  ~NoThreads() {
    ::pthread_setattr_default_np(&before_);
    ::pthread_attr_destroy(&before_);
  }
  NoThreads(const NoThreads&) = delete;
  NoThreads& operator=(const NoThreads&) = delete;

 private:
  pthread_attr_t before_;
};

#ifdef __SANITIZE_THREAD__
// Threads that hang in the plugin are left behind. As the server does then, the process ends without the
// destructors of what they use.
void end_without_destructors() { std::_Exit(::testing::UnitTest::GetInstance()->Passed() ? 0 : 1); }
#endif

class Misbehaving : public HostFixture {
 protected:
#ifdef __SANITIZE_THREAD__
  static void TearDownTestSuite() { std::atexit(end_without_destructors); }
#endif
  void SetUp() override {
    HostFixture::SetUp();
    install("misbehaving");
    install("sample");
  }
  void leave_it_alone() { std::filesystem::remove(own_ / "sample.so"); }
  // What load_all says of a plugin that misbehaves there.
  std::string load_with(const std::string& where, const std::string& how, const std::string& more = {}) {
    return load(R"({"misbehaving":{"where":")" + where + R"(","how":")" + how + R"(","mark":")" +
                mark_.string() + "\"" + more + "}}");
  }
  void start_with(const std::string& where, const std::string& how, const std::string& more = {}) {
    ASSERT_EQ(load_with(where, how, more), "");
    host_->start_all();
  }
  void expect_the_other_works() {
    EXPECT_EQ(status("sample").state, State::kStarted);
    EXPECT_EQ(call("GET", "/api/sample/hello/x").status, 200);
    EXPECT_EQ(call_tool("sample_reverse", R"({"text":"ab"})").observation, R"({"text":"ba","in":"/work"})");
  }
  std::future<agent::ToolOutcome> begin_tool() {
    auto promise = std::make_shared<std::promise<agent::ToolOutcome>>();
    running_ = tools_.find("misbehaving_tool")
                   ->start({"c", "1", "{}", "/", "/"}, [promise, ends = ends_](agent::ToolOutcome outcome) {
                     ++*ends;
                     promise->set_value(std::move(outcome));
                   });
    return promise->get_future();
  }

  // A model call of its that is in the plugin, or waits for a thread.
  std::unique_ptr<llm::Call> begin_model() {
    llm::Config config;
    config.model = "misbehaving/any";
    llm::Request request;
    request.messages = "[]";
    return providers_->for_model(config.model).start(config, std::move(request), {}, [](llm::Outcome) {});
  }
  // Whether its stop was entered.
  bool was_stopped() const { return std::filesystem::exists(mark_); }
  template <class Check>
  static bool soon(Check check) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!check())
      if (std::chrono::steady_clock::now() > until)
        return false;
      else
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return true;
  }

  const std::chrono::milliseconds kShort{100};
  const std::filesystem::path mark_ = folder_ / "stopped";
  std::unique_ptr<agent::RunningCall> running_;
  const std::shared_ptr<std::atomic<int>> ends_ = std::make_shared<std::atomic<int>>(0);  // of tool calls
};

TEST_F(Misbehaving, ThrowingLifeCycle_IsRefused) {
  EXPECT_THAT(load_with("create", "throw"), HasSubstr("is refused: its create threw: unknown exception"));
  EXPECT_THAT(load_with("list", "throw"),
              HasSubstr("is refused: its list of routes threw: unknown exception"));
}

TEST_F(Misbehaving, ThrowingFeature_HasNoFeature) {
  start_with("feature", "throw");
  EXPECT_EQ(call("GET", "/api/misbehaving").status, 404);
  expect_the_other_works();
}

TEST_F(Misbehaving, ThrowingStart_Answers503) {
  start_with("start", "throw");
  EXPECT_EQ(status("misbehaving").state, State::kFailed);
  EXPECT_EQ(status("misbehaving").error, "its start threw: unknown exception");
  EXPECT_EQ(call("GET", "/api/misbehaving").status, 503);
  expect_the_other_works();
}

TEST_F(Misbehaving, ThrowingStopAndDestroy_HoldNothingUp) {
  for (const char* where : {"stop", "destroy"}) {
    start_with(where, "throw");
    EXPECT_TRUE(host_->stop_all()) << where;
    host_.reset();
  }
}

TEST_F(Misbehaving, ThrowingHandler_Is500) {
  start_with("handle", "throw");
  EXPECT_EQ(call("GET", "/api/misbehaving").status, 500);
  expect_the_other_works();
}

TEST_F(Misbehaving, ThrowingTool_Fails) {
  start_with("tool", "throw");
  EXPECT_EQ(begin_tool().get().error, "unknown exception");
  expect_the_other_works();
}

constexpr char kOddLine[] = "odd\xef\xbf\xbd words 2026-01-01 [info] forged [31m";

TEST_F(Misbehaving, OddWordsOfATool_KeepTheirLinesAndAreUtf8) {
  start_with("tool", "say");
  EXPECT_EQ(begin_tool().get().error, "odd\xef\xbf\xbd words\n2026-01-01 [info] forged [31m");
  start_with("tool", "odd");
  EXPECT_EQ(begin_tool().get().error, kOddLine);
}

TEST_F(Misbehaving, OddWordsOfAStart_AreOneLine) {
  for (const char* how : {"say", "odd"}) {
    start_with("start", how);
    EXPECT_EQ(status("misbehaving").error,
              (how[0] == 's' ? "its start failed: " : "its start threw: ") + std::string(kOddLine));
  }
}

TEST_F(Misbehaving, ExitInCreate_IsNoGoodEndOfTheServer) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(load_with("create", "exit"), ::testing::ExitedWithCode(1),
              "collet: plugin misbehaving has ended the process while it was loaded");
}

TEST_F(Misbehaving, LastError_IsWhatWentWrongLast) {
  start_with("handle", "throw");
  EXPECT_EQ(status("misbehaving").last_error.message, "");
  call("GET", "/api/misbehaving");
  EXPECT_THAT(status("misbehaving").last_error.message, HasSubstr("unknown exception"));
  EXPECT_GT(status("misbehaving").last_error.micros, 0);
  EXPECT_EQ(status("misbehaving").error, "");
  EXPECT_EQ(status("sample").last_error.message, "");
  start_with("tool", "say");
  begin_tool().get();
  EXPECT_EQ(status("misbehaving").last_error.message,
            "a call of misbehaving_tool failed: " + std::string(kOddLine));
}

TEST_F(Misbehaving, HangingCreate_IsRefusedInTime) {
  stays_inside_ = true;
  create_patience_ = kShort;
  leave_it_alone();
  EXPECT_THAT(load_with("create", "hang"),
              HasSubstr("is refused: its create has not returned within 0.1 s; its thread is left behind"));
  EXPECT_FALSE(host_->stop_all());
}

TEST_F(Misbehaving, HangingList_IsRefusedInTime) {
  stays_inside_ = true;
  create_patience_ = kShort;
  leave_it_alone();
  EXPECT_THAT(load_with("list", "hang"), HasSubstr("is refused: its list of routes has not returned"));
}

TEST_F(Misbehaving, HangingCreateOfAnOptionalOne_LeavesTheOthers) {
  stays_inside_ = true;
  create_patience_ = std::chrono::seconds(5);
  start_with("create", "hang", R"(,"optional":true)");
  EXPECT_EQ(status("misbehaving").state, State::kRefused);
  EXPECT_EQ(call("GET", "/api/misbehaving").status, 404);
  expect_the_other_works();
}

TEST_F(Misbehaving, HangingStart_Answers503AndDoesNotHoldUpTheStop) {
  stays_inside_ = true;
  patience_ = stop_patience_ = kShort;
  ASSERT_EQ(load_with("start", "hang"), "");
  host_->start_all();
  EXPECT_EQ(status("misbehaving").state, State::kStarting);
  EXPECT_TRUE(status("misbehaving").holds_up());
  EXPECT_EQ(call("GET", "/api/misbehaving").status, 503);
  EXPECT_FALSE(host_->stop_all());
}

TEST_F(Misbehaving, HangingStopOrDestroy_DoesNotHoldUpTheShutdown) {
  stays_inside_ = true;
  leave_it_alone();
  stop_patience_ = std::chrono::seconds(1);
  for (const char* where : {"stop", "destroy"}) {
    start_with(where, "hang");
    EXPECT_FALSE(host_->stop_all()) << where;  // it may use what the server would free now
    host_.reset();
  }
}

TEST_F(Misbehaving, ToolWithoutAnAnswer_IsCancelledAtItsDeadline) {
  tool_grace_ = std::chrono::minutes(1);
  start_with("other", "hang", R"(,"tool_seconds":0.05)");
  EXPECT_EQ(begin_tool().get().observation, R"({"cancelled":true})");
  expect_the_other_works();
  EXPECT_TRUE(host_->stop_all());
  EXPECT_EQ(*ends_, 1);
}

TEST_F(Misbehaving, ToolWithoutAnyAnswer_FailsAtItsDeadlineAndLaterAnswersHaveNoEffect) {
  start_with("nowhere", "hang", R"(,"tool_seconds":0.05)");
  auto outcome = begin_tool();
  EXPECT_EQ(outcome.get().error,
            "The tool 'misbehaving_tool' did not answer within 0.05 s and was cancelled.");
  running_.reset();
  EXPECT_EQ(call("GET", "/api/misbehaving").status, 200);  // it answers now, twice
  EXPECT_TRUE(host_->stop_all());
  EXPECT_EQ(*ends_, 1);
}

TEST_F(Misbehaving, ToolThatBlocks_FailsAtItsDeadline) {
  stays_inside_ = true;
  stop_patience_ = kShort;
  start_with("tool", "hang", R"(,"tool_seconds":0.05)");
  for (int i = 0; i < 10; ++i)  // more than there are threads: the last ones don't even begin
    EXPECT_THAT(begin_tool().get().error, HasSubstr("did not answer within 0.05 s"));
  expect_the_other_works();
  EXPECT_FALSE(host_->stop_all());
}

TEST_F(Misbehaving, ToolWhoseCancelHangs_FailsAtItsDeadline) {
  stays_inside_ = true;
  stop_patience_ = kShort;
  start_with("cancel", "hang", R"(,"tool_seconds":0.05)");
  EXPECT_THAT(begin_tool().get().error, HasSubstr("did not answer within 0.05 s"));
  expect_the_other_works();
}

TEST_F(Misbehaving, HangingCancel_HoldsUpNobodyWhoWantsIt) {
  stays_inside_ = true;
  stop_patience_ = kShort;
  start_with("cancel", "hang");
  auto outcome = begin_tool();
  ASSERT_TRUE(soon([&] { return status("misbehaving").running.size() == 1; }));
  std::promise<void> dropped;
  std::thread([&, running = std::move(running_)]() mutable {
    running.reset();
    dropped.set_value();
  }).detach();
  ASSERT_EQ(dropped.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  expect_the_other_works();
  EXPECT_FALSE(host_->stop_all());
}

TEST_F(Misbehaving, HangingCancel_DoesNotHoldUpTheStop) {
  stays_inside_ = true;
  stop_patience_ = kShort;
  start_with("cancel", "hang");
  auto outcome = begin_tool();
  ASSERT_TRUE(soon([&] { return status("misbehaving").running.size() == 1; }));
  std::promise<bool> settled;
  std::thread([&] { settled.set_value(host_->stop_all()); }).detach();
  auto stopped = settled.get_future();
  ASSERT_EQ(stopped.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  EXPECT_FALSE(stopped.get());
}

TEST_F(Misbehaving, CallStillInside_IsNotStoppedUnderneath) {
  stays_inside_ = true;
  leave_it_alone();
  stop_patience_ = kShort;
  start_with("tool", "hang");
  auto outcome = begin_tool();
  ASSERT_TRUE(soon([&] { return status("misbehaving").running.size() == 1; }));
  EXPECT_FALSE(host_->stop_all());
  EXPECT_FALSE(was_stopped());
}

TEST_F(Misbehaving, CallStillOwedButNotInside_IsStopped) {
  stays_inside_ = true;
  leave_it_alone();
  stop_patience_ = kShort;
  start_with("nowhere", "hang");
  auto outcome = begin_tool();
  ASSERT_TRUE(soon([&] { return status("misbehaving").running.size() == 1; }));
  EXPECT_FALSE(host_->stop_all());
  EXPECT_TRUE(was_stopped());
}

TEST_F(Misbehaving, WithoutThreads_StartFails) {
  ASSERT_EQ(load_with("nowhere", "hang"), "");
  {
    const NoThreads now;
    host_->start_all();
  }
  EXPECT_EQ(status("misbehaving").state, State::kFailed);
  EXPECT_THAT(status("misbehaving").error, HasSubstr("there is no thread for its start: "));
  EXPECT_EQ(call("GET", "/api/misbehaving").status, 503);
  EXPECT_TRUE(host_->stop_all());
}

TEST_F(Misbehaving, WithoutThreads_StopIsNoStop) {
  stays_inside_ = true;
  leave_it_alone();
  start_with("nowhere", "hang");
  const NoThreads now;
  EXPECT_FALSE(host_->stop_all());
  EXPECT_FALSE(was_stopped());
}

TEST_F(Misbehaving, CallsOnAllThreads_AreStillCancelledAtTheirDeadline) {
  tool_grace_ = std::chrono::seconds(20);
  start_with("calls", "block", R"(,"tool_seconds":0.2)");
  std::vector<std::unique_ptr<llm::Call>> models;
  for (int i = 0; i < 8; ++i) models.push_back(begin_model());  // on all threads that one queue may have
  ASSERT_TRUE(soon([&] { return status("misbehaving").model_calls.running == 7; }));
  EXPECT_EQ(begin_tool().get().observation, R"({"cancelled":true})");  // on the last one
}

}  // namespace
}  // namespace collet::plugins
