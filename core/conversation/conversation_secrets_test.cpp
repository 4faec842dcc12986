#include "conversation/conversation_secrets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>

namespace collet::conversation {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

// Lookups give what `answers` has for their URL; those of "/slow" wait until the test lets them go.
class ScriptedAccess final : public SecretAccess {
 public:
  void value_of(const json::Value& source, const std::string&, const std::string& created_through,
                Value done) override {
    const std::lock_guard lock(mutex_);
    ++reads;
    const auto url = json::string_or(source, "url");
    if (url == "/slow") return waiting_.push_back(std::move(done));
    const auto found = answers.find(url + "@" + created_through);
    done(found == answers.end() ? Result<std::string>(unavailable("no answer")) : found->second);
  }
  void record_use(const std::string& conversation, const std::string& name, Recorded done) override {
    if (audit_is_full) return done(unavailable("the audit log is full"));
    used.push_back(conversation + " " + name);
    done({});
  }
  void answer_slow(const std::string& value) {
    std::vector<Value> waiting;
    {
      const std::lock_guard lock(mutex_);
      waiting.swap(waiting_);
    }
    for (const auto& done : waiting) done(value);
  }

  std::map<std::string, std::string> answers;
  std::vector<std::string> used;
  std::atomic<int> reads = 0;
  bool audit_is_full = false;

 private:
  std::mutex mutex_;
  std::vector<Value> waiting_;
};

class ConversationSecretsTest : public ::testing::Test {
 protected:
  ConversationSecretsTest() { EXPECT_TRUE(pool_.start()); }

  Environment environment_for_call(const std::string& arguments) {
    std::promise<Environment> values, recorded;
    secrets_->values_for(arguments, [&](Environment found) { values.set_value(std::move(found)); });
    secrets_->record_use(values.get_future().get(),
                         [&](Environment given) { recorded.set_value(std::move(given)); });
    return recorded.get_future().get();
  }
  Environment environment_for(const std::string& command) {
    json::Writer arguments;
    arguments.object().member("command", command).member("is_input", false).end();
    return environment_for_call(arguments.take());
  }
  void refresh() {
    std::promise<void> promise;
    secrets_->refresh([&] { promise.set_value(); });
    promise.get_future().get();
  }
  std::string mask(std::string_view text) { return secrets_->masker()->mask(text); }

  ScriptedAccess access_;
  WorkerPool pool_{{.threads = 2}};
  std::shared_ptr<ConversationSecrets> secrets_ = std::make_shared<ConversationSecrets>("c1", access_, pool_);
};

constexpr char kSources[] =
    R"({"TOKEN":{"kind":"StaticSecret","value":"value-1"},"NOT-A-NAME":{"kind":"StaticSecret","value":"value-2"},)"
    R"("REMOTE":{"kind":"LookupSecret","url":"/x"}})";

TEST_F(ConversationSecretsTest, GivesACommandWhatItNamesAsAWord) {
  secrets_->set(kSources, "host");
  EXPECT_THAT(environment_for("echo $TOKEN"), ElementsAre(Pair("TOKEN", "value-1")));
  EXPECT_THAT(environment_for("env | grep -i token"), ElementsAre(Pair("TOKEN", "value-1")));
  EXPECT_THAT(environment_for("echo $MY_TOKEN TOKENS NOT-A-NAME"), IsEmpty());
  EXPECT_THAT(access_.used, ElementsAre("c1 TOKEN", "c1 TOKEN"));
}

TEST_F(ConversationSecretsTest, FindsNamesInTheTextsOfACallOnly) {
  secrets_->set(R"({"COMMAND":"value-1","IS_INPUT":"value-2","AWS_KEY":"value-3","AWS_SECRET":"value-4"})",
                "");
  EXPECT_THAT(environment_for("ls"), IsEmpty());
  EXPECT_THAT(environment_for("for v in \\\nAWS_KEY\tAWS_SECRET; do printenv $v; done"),
              ElementsAre(Pair("AWS_KEY", "value-3"), Pair("AWS_SECRET", "value-4")));
  EXPECT_THAT(environment_for_call(R"({"steps":[{"run":"echo $AWS_KEY"}]})"),
              ElementsAre(Pair("AWS_KEY", "value-3")));
}

TEST_F(ConversationSecretsTest, LooksUpThroughTheHostOfTheCreation) {
  access_.answers["/x@host:1"] = "looked-up";
  secrets_->set(kSources, "host:1");
  EXPECT_THAT(environment_for("curl -H $REMOTE -H $TOKEN"),
              UnorderedElementsAre(Pair("REMOTE", "looked-up"), Pair("TOKEN", "value-1")));
  EXPECT_EQ(mask("looked-up"), "<secret-hidden>");
}

TEST_F(ConversationSecretsTest, ACommandGoesWithoutWhatCannotBeReadOrRecorded) {
  secrets_->set(kSources, "host");
  EXPECT_THAT(environment_for("$REMOTE"), IsEmpty());
  access_.audit_is_full = true;
  EXPECT_THAT(environment_for("$TOKEN"), IsEmpty());
}

TEST_F(ConversationSecretsTest, ACommandGoesWithoutWhatCanBeNoVariable) {
  secrets_->set(
      R"({"A":{"kind":"StaticSecret","value":"nul\u0000nul"},"B":{"kind":"StaticSecret","value":")" +
          std::string(130'000, 'x') + R"("},"C":{"kind":"StaticSecret","value":null}})",
      "");
  EXPECT_THAT(environment_for("A B C"), IsEmpty());
}

TEST_F(ConversationSecretsTest, HidesStaticValuesAtOnceAndAllOnceTheyAreRead) {
  access_.answers["/x@host"] = "looked-up";
  secrets_->set(kSources, "host");
  EXPECT_EQ(mask("value-1 value-2 looked-up"), "<secret-hidden> <secret-hidden> looked-up");
  refresh();
  EXPECT_EQ(mask("value-1 value-2 looked-up"), "<secret-hidden> <secret-hidden> <secret-hidden>");
}

TEST_F(ConversationSecretsTest, ReadsOnceForHidingAndWaitsAfterAFailure) {
  secrets_->set(kSources, "host");
  refresh();
  EXPECT_EQ(access_.reads, 1);  // the lookup
  refresh();
  EXPECT_EQ(access_.reads, 1);
}

TEST_F(ConversationSecretsTest, GoesOnHidingWhatHasBeenReplaced) {
  secrets_->set(kSources, "host");
  refresh();
  secrets_->set(R"({"TOKEN":{"kind":"StaticSecret","value":"value-new"}})", "host");
  refresh();
  EXPECT_EQ(mask("value-1 value-new"), "<secret-hidden> <secret-hidden>");
}

TEST_F(ConversationSecretsTest, ASlowServerHoldsUpOnlyWhatNeedsIt) {
  const auto source = [](const std::string& url) {
    return R"({"kind":"LookupSecret","url":")" + url + "\"}";
  };
  secrets_->set("{\"A\":" + source("/slow") + ",\"B\":" + source("/slow") + ",\"C\":" + source("/slow") +
                    ",\"OWN\":" + source("/own") + R"(,"TOKEN":"value-1"})",
                "host");
  access_.answers["/own@host"] = "own-value";
  std::promise<void> refreshed;
  secrets_->refresh([&] { refreshed.set_value(); });
  EXPECT_THAT(environment_for("$TOKEN"), ElementsAre(Pair("TOKEN", "value-1")));
  EXPECT_THAT(environment_for("$OWN"), ElementsAre(Pair("OWN", "own-value")));
  while (access_.reads < 5) std::this_thread::yield();
  access_.answer_slow("slow-value");
  refreshed.get_future().get();
  EXPECT_EQ(mask("slow-value own-value"), "<secret-hidden> <secret-hidden>");
}

TEST_F(ConversationSecretsTest, StaticValuesAreGivenAtOnceWithoutTheAccess) {
  secrets_->set(kSources, "host");
  bool given = false;
  secrets_->values_for(R"({"command":"$TOKEN"})", [&](const Environment& found) {
    EXPECT_THAT(found, ElementsAre(Pair("TOKEN", "value-1")));
    given = true;
  });
  EXPECT_TRUE(given);
  EXPECT_EQ(access_.reads, 0);
}

TEST_F(ConversationSecretsTest, SaysOnceThatANameCanBeNoVariable) {
  ::testing::internal::CaptureStderr();
  secrets_->set(R"({"NOT-A-NAME":"value-2","1X":"value-3","OTHER-NAME":"value-4"})", "host");
  for (int i = 0; i < 3; ++i) EXPECT_THAT(environment_for("echo $NOT-A-NAME 1x"), IsEmpty());
  const std::string log = ::testing::internal::GetCapturedStderr();
  const auto times = [&](std::string_view text) {
    int count = 0;
    for (auto at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) ++count;
    return count;
  };
  EXPECT_EQ(times("without the secret NOT-A-NAME: its name can be no variable"), 1) << log;
  EXPECT_EQ(times("without the secret 1X:"), 1) << log;
  EXPECT_EQ(times("OTHER-NAME"), 0) << log;
}

TEST_F(ConversationSecretsTest, HidesNothingThatStandsForNoSecret) {
  secrets_->set(R"({"A":"**********","B":{"kind":"StaticSecret","value":"        "}})", "host");
  secrets_->hide_secrets_of(R"({"llm":{"api_key":"**********","extra_headers":{"X":"**********"}}})");
  EXPECT_EQ(mask("**********        x"), "**********        x");
}

TEST_F(ConversationSecretsTest, LeavesPlainSettingsBesideSecretsAlone) {
  secrets_->hide_secrets_of(
      R"({"llm":{"extra_headers":{"Accept":"application/json"}},"mcp_config":{"mcpServers":{"a":{"env":)"
      R"({"NODE_ENV":"production","WORKDIR":"/tmp/workspace","MODE":"x9-secret-x9","API_KEY":"productive"}}}},)"
      R"("agent_context":{"secrets":{"WORD":"declared"}}})");
  EXPECT_EQ(mask("production /tmp/workspace application/json x9-secret-x9 productive declared"),
            "production /tmp/workspace application/json <secret-hidden> <secret-hidden> <secret-hidden>");
}

TEST_F(ConversationSecretsTest, HidesTheKeysOfTheAgent) {
  secrets_->hide_secrets_of(
      R"({"llm":{"api_key":"sk-12345678","model":"demo/tour-of-all"},"mcp_config":{"mcpServers":)"
      R"({"a":{"env":{"KEY":"env-value-1"}}}},"critic_api_key":"short"})");
  EXPECT_EQ(mask("sk-12345678 env-value-1 demo/tour-of-all short"),
            "<secret-hidden> <secret-hidden> demo/tour-of-all short");
}

}  // namespace
}  // namespace collet::conversation
