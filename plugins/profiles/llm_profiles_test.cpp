#include "llm_profiles.hpp"

#include <gmock/gmock.h>

#include <thread>
#include <vector>

#include "connections.hpp"
#include "llm_form.hpp"
#include "testing/team.hpp"

namespace collet::profiles {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class LlmProfilesTest : public testing::TeamTest {
 protected:
  void save(const std::string& name, const std::string& llm, bool include_secrets = true) {
    profiles_.save(name, parsed(completed("llm", llm)), include_secrets);
  }
  std::string key_of(const std::string& name) {
    return json::string_or(profiles_.find(name)->llm, "api_key", "none");
  }

  LlmProfiles profiles_{host_};
  Connections connections_{host_};
};

TEST_F(LlmProfilesTest, ListedByName_WithoutSecrets) {
  save("b", R"({"model":"m","api_key":"sk-1"})");
  save("a", R"({"model":"n"})");
  EXPECT_EQ(profiles_.list(),
            R"({"profiles":[{"name":"a","model":"n","base_url":null,"provider_connection_id":null,)"
            R"("provider_connection_broken":false,"api_key_set":false},)"
            R"({"name":"b","model":"m","base_url":null,"provider_connection_id":null,)"
            R"("provider_connection_broken":false,"api_key_set":true}],"active_profile":null})");
}

TEST_F(LlmProfilesTest, Stars_MeanWhatIsThere) {
  save("a", R"({"model":"m","api_key":"sk-1","extra_headers":{"x":"secret","y":"other"}})");
  save("a", R"({"model":"n","api_key":"**********","extra_headers":{"x":"**********","z":"**********"}})");
  EXPECT_EQ(key_of("a"), "sk-1");
  const auto headers = profiles_.find("a");
  EXPECT_EQ(json::string_or(*json::find(headers->llm, "extra_headers"), "x"), "secret");
  EXPECT_TRUE(json::at(headers->llm, {"extra_headers", "z"})->IsNull());
  save("new", R"({"model":"n","api_key":"**********"})");
  EXPECT_EQ(key_of("new"), "none");
}

TEST_F(LlmProfilesTest, SecretsCanBeLeftOut) {
  save("a", R"({"model":"m","api_key":"sk-1","aws_session_token":"t"})", false);
  EXPECT_EQ(key_of("a"), "none");
  EXPECT_THAT(*fake_.shared("state"), Not(HasSubstr("\"t\"")));
}

TEST_F(LlmProfilesTest, Limits_AreClear) {
  for (int i = 0; i < 50; ++i) save("p" + std::to_string(i), R"({"model":"m"})");
  EXPECT_THAT(refusal([&] { save("one-more", R"({"model":"m"})"); }),
              HasSubstr("409 {\"detail\":\"Profile limit"));
  save("p7", R"({"model":"other"})");  // that is none more
  EXPECT_THAT(refusal([&] { save("p7", R"({"model":")" + std::string(70'000, 'm') + "\"}"); }),
              HasSubstr("413 {\"detail\":\"Profile 'p7' has more than 64 KiB"));
}

TEST_F(LlmProfilesTest, ChangesAtTheSameTime_AreAllThere) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([this, i] {
      LlmProfiles mine(host_);
      for (int j = 0; j < 5; ++j)
        mine.save("p" + std::to_string(i) + "-" + std::to_string(j),
                  parsed(completed("llm", R"({"model":"m"})")), true);
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(parsed(profiles_.list())["profiles"].Size(), 40U);
}

TEST_F(LlmProfilesTest, Connection_GivesKeyAndAddress) {
  const auto connection =
      parsed(connections_.create({"Conn", std::nullopt, "sk-shared", true, "http://shared"}));
  const auto id = json::string_or(connection, "id");
  save("a", R"({"model":"m","api_key":"sk-own","provider_connection_id":")" + id + "\"}");
  EXPECT_EQ(key_of("a"), "none") << "it has no key that could differ from the connection's";
  EXPECT_TRUE(profiles_.find("a")->api_key_set);
  profiles_.activate("a");
  EXPECT_THAT(fake_.settings_changes(), ElementsAre(HasSubstr(R"("api_key":"sk-shared")")));
  EXPECT_THAT(refusal([&] { connections_.remove(id); }), HasSubstr("409"));
  save("b", R"({"model":"m","provider_connection_id":"gone"})");
  EXPECT_THAT(refusal([&] { profiles_.activate("b"); }), HasSubstr("422"));
  EXPECT_THAT(profiles_.list(), HasSubstr(R"("provider_connection_broken":true)"));
}

TEST_F(LlmProfilesTest, Rename_TakesAgentProfilesAndTheActiveOneAlong) {
  save("a", R"({"model":"m"})");
  fake_.share(
      "state",
      R"({"llm_profiles":{"a":{"model":"m"},"c":{}},"agent_profiles":{"x":{"llm_profile_ref":"a"}}})");
  profiles_.rename("a", "b");
  EXPECT_THAT(*fake_.shared("state"), HasSubstr(R"("llm_profile_ref":"b")"));
  EXPECT_THAT(fake_.settings_changes(),
              ElementsAre(R"({"active_profile":"b","expect":{"active_profile":"a"}})"));
  EXPECT_THAT(refusal([&] { profiles_.rename("a", "d"); }), HasSubstr("404"));
  EXPECT_THAT(refusal([&] { profiles_.rename("b", "c"); }), HasSubstr("409"));
  EXPECT_THAT(refusal([&] { profiles_.remove("b"); }), HasSubstr("409"));
  EXPECT_THAT(refusal([&] { profiles_.remove("nobody"); }), IsEmpty());
}

TEST_F(LlmProfilesTest, ActiveProfileInASettingsChange_BringsItsModel) {
  save("a", R"({"model":"m"})");
  profiles_.change_settings(parsed(R"({"active_profile":"a","llm":{"model":"evil"},"expect":{}})"));
  const auto change = fake_.settings_changes().back();
  EXPECT_THAT(change, HasSubstr(R"("llm":{"model":"m")"));
  EXPECT_THAT(change, Not(HasSubstr("expect")));
  profiles_.change_settings(
      parsed(R"({"active_profile":"a","agent_settings_diff":{"llm":{"model":"own"}}})"));
  EXPECT_THAT(fake_.settings_changes().back(), Not(HasSubstr(R"("model":"m")")));
  EXPECT_THAT(refusal([&] { profiles_.change_settings(parsed(R"({"active_profile":"nope"})")); }),
              HasSubstr("404"));
}

TEST_F(LlmProfilesTest, Validate_TakesABusyModelForARightOne) {
  const auto outcome_of = [&](const std::string& code) {
    server_.try_llm = [code](const std::string&) {
      return R"({"ok":false,"code":")" + code + R"(","detail":"said so"})";
    };
    fake_.set_server(server_);
    return profiles_.validate("a", parsed(completed("llm", R"({"model":"m"})")));
  };
  EXPECT_EQ(outcome_of("LLMRateLimitError"), R"({"valid":true,"error":null})");
  EXPECT_EQ(outcome_of("LLMAuthenticationError"),
            R"({"valid":false,"error":{"type":"LLMAuthenticationError","message":"said so"}})");
}

TEST_F(LlmProfilesTest, Form_SaysWhatIsWrong) {
  const auto wrong = [&](const std::string& body) { return refusal([&] { read_llm(host_, parsed(body)); }); };
  EXPECT_THAT(wrong("{}"), HasSubstr(R"("type":"missing","loc":["body","llm"])"));
  EXPECT_THAT(wrong(R"({"llm":{}})"), HasSubstr("Value error, model must be specified in LLM"));
  EXPECT_THAT(wrong(R"({"llm":{"model":"m","wrong":1}})"), HasSubstr(R"("loc":["body","llm","wrong"])"));
}

}  // namespace
}  // namespace collet::profiles
