#include "conversation/conversation_secrets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace collet::conversation {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

// Static values as they are; lookups give what `answers` has for their URL.
class ScriptedAccess final : public SecretAccess {
 public:
  Result<std::string> value_of(const json::Value& source, const std::string&,
                               const std::string& created_through) override {
    ++reads;
    if (source.IsString()) return std::string(json::view(source));
    if (json::string_or(source, "kind") == "StaticSecret") return json::string_or(source, "value");
    const auto found = answers.find(json::string_or(source, "url") + "@" + created_through);
    return found == answers.end() ? Result<std::string>(unavailable("no answer")) : found->second;
  }
  Result<void> record_use(const std::string& conversation, const std::string& name) override {
    if (audit_is_full) return unavailable("the audit log is full");
    used.push_back(conversation + " " + name);
    return {};
  }

  std::map<std::string, std::string> answers;
  std::vector<std::string> used;
  std::atomic<int> reads = 0;
  bool audit_is_full = false;
};

class ConversationSecretsTest : public ::testing::Test {
 protected:
  ConversationSecretsTest() { EXPECT_TRUE(pool_.start()); }

  Environment environment_for_call(const std::string& arguments) {
    std::promise<Environment> promise;
    secrets_->environment_for(arguments,
                              [&](Environment environment) { promise.set_value(std::move(environment)); });
    return promise.get_future().get();
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

TEST_F(ConversationSecretsTest, HidesTheKeysOfTheAgent) {
  secrets_->hide_secrets_of(
      R"({"llm":{"api_key":"sk-12345678","model":"demo/tour-of-all"},"mcp_config":{"mcpServers":)"
      R"({"a":{"env":{"KEY":"env-value-1"}}}},"critic_api_key":"short"})");
  EXPECT_EQ(mask("sk-12345678 env-value-1 demo/tour-of-all short"),
            "<secret-hidden> <secret-hidden> demo/tour-of-all short");
}

}  // namespace
}  // namespace collet::conversation
