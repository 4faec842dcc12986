#include "settings/settings_service.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>
#include <vector>

#include "collet/testing/temporary_folder.hpp"
#include "storage/database.hpp"

namespace collet::settings {
namespace {

class SettingsServiceTest : public ::testing::Test {
 protected:
  Result<void> patch(std::string_view text) { return service->patch(*json::parse(text)); }
  std::string text(Expose how = Expose::kRedacted) { return *service->document(how); }
  json::Document shown(Expose how = Expose::kRedacted) { return std::move(*json::parse(text(how))); }
  std::string key(Expose how) {
    const auto document = shown(how);
    return json::dump(*json::at(document, {"agent_settings", "llm", "api_key"}));
  }
  void reopen(const std::string& secret = "s3cret") {
    service.reset();
    ring = std::move(secrets::KeyRing::open(folder.path(), secret)).value();
    service = std::make_unique<SettingsService>(*database, ring);
  }
  bool stored_anywhere(const std::string& needle) {
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string content{std::istreambuf_iterator<char>(in), {}};
      if (content.find(needle) != std::string::npos) return true;
    }
    return false;
  }

  collet::testing::TemporaryFolder folder;
  std::unique_ptr<storage::Database> database = std::move(storage::Database::open(folder.path())).value();
  secrets::KeyRing ring = std::move(secrets::KeyRing::open(folder.path(), "s3cret")).value();
  std::unique_ptr<SettingsService> service = std::make_unique<SettingsService>(*database, ring);
};

TEST_F(SettingsServiceTest, New_ShowsTheDefaults) {
  ASSERT_TRUE(service->load().ok());
  const auto all = text();
  for (
      const auto* part :
      {R"({"agent_settings":{"schema_version":5,"agent_kind":"openhands","agent":"CodeActAgent","llm":{"model":"gpt-5.5","api_key":null,)",
       R"("num_retries":5,"retry_multiplier":8.0,"retry_min_wait":8,)", R"("reasoning_effort":"high")",
       R"("litellm_extra_body":{},"is_subscription":false},"tools":null,"enable_sub_agents":false)",
       R"("mcp_config":{},"agent_context":{"skills":[])",
       R"("condenser":{"enabled":true,"max_size":240,"condenser_kind":"llm_summarizing","max_tokens":null,"keep_first":2,"minimum_progress":0.1)",
       R"("critic_api_key":null}},"conversation_settings":{"schema_version":1,"max_iterations":500,"confirmation_mode":false,"security_analyzer":"llm"},)"
       R"("llm_api_key_is_set":false,"active_profile":null,"active_agent_profile_id":null,"misc_settings":{}})"})
    EXPECT_NE(all.find(part), std::string::npos) << part << "\n" << all;
}

TEST_F(SettingsServiceTest, Keeper_SaysWhichProfileIsActive) {
  ASSERT_TRUE(patch(R"({"agent_settings_diff":{"llm":{"model":"old","litellm_extra_body":{"a":1}}}})").ok());
  const auto keep = [&](const char* change) { return service->patch_by_keeper(*json::parse(change)); };
  ASSERT_TRUE(keep(R"({"active_profile":"p","llm":{"model":"new"}})").ok());
  EXPECT_EQ(json::string_or(shown(), "active_profile"), "p");
  EXPECT_EQ(json::dump(*json::at(shown(), {"agent_settings", "llm", "litellm_extra_body"})), "{}")
      << "replaced";
  EXPECT_EQ(keep(R"({"active_profile":"q","expect":{"active_profile":"x"}})").error().kind,
            Error::Kind::kConflict);
  ASSERT_TRUE(keep(R"({"active_profile":null,"expect":{"active_profile":"p"}})").ok());
  ASSERT_TRUE(keep(R"({"active_agent_profile_id":"id","expect":{"active_agent_profile_id":null}})").ok());
  EXPECT_EQ(keep(R"({"llm":{"num_retries":"x"}})").error().kind, Error::Kind::kInvalid);
  reopen();
  ASSERT_TRUE(service->load().ok());
  EXPECT_EQ(json::string_or(shown(), "active_profile", "none"), "none");
  EXPECT_EQ(json::string_or(shown(), "active_agent_profile_id"), "id");
  EXPECT_EQ(patch(R"({"llm":{"model":"x"}})").error().message, kNothingToChange) << "no client's to say";
}

TEST_F(SettingsServiceTest, Key_IsSealedRedactedAndKept) {
  ASSERT_TRUE(
      patch(R"({"agent_settings_diff":{"llm":{"model":"openai/m","api_key":"sk-fake-settings"}}})").ok());
  EXPECT_EQ(key(Expose::kRedacted), "\"**********\"");
  EXPECT_EQ(key(Expose::kPlaintext), "\"sk-fake-settings\"");
  EXPECT_TRUE(json::bool_at(shown(), "llm_api_key_is_set").value());
  EXPECT_FALSE(stored_anywhere("sk-fake-settings"));
  EXPECT_TRUE(stored_anywhere("collet:v1:" + ring.id()));
  reopen();
  ASSERT_TRUE(service->load().ok());
  EXPECT_EQ(key(Expose::kPlaintext), "\"sk-fake-settings\"");
  EXPECT_EQ(json::string_or(*json::at(service->plain(), {"agent_settings", "llm"}), "model"), "openai/m");
}

TEST_F(SettingsServiceTest, Key_SentBackRedactedStays) {
  ASSERT_TRUE(patch(R"({"agent_settings_diff":{"llm":{"api_key":"sk-1"}}})").ok());
  ASSERT_TRUE(patch(R"({"agent_settings_diff":{"llm":{"api_key":"**********","model":"x"}}})").ok());
  EXPECT_EQ(key(Expose::kPlaintext), "\"sk-1\"");
  for (const auto* gone : {"null", "\"\""}) {
    ASSERT_TRUE(patch(std::string(R"({"agent_settings_diff":{"llm":{"api_key":)") + gone + "}}}").ok());
    EXPECT_EQ(key(Expose::kPlaintext), "null");
    EXPECT_FALSE(json::bool_at(shown(), "llm_api_key_is_set").value());
    ASSERT_TRUE(patch(R"({"agent_settings_diff":{"llm":{"api_key":"sk-1"}}})").ok());
  }
}

TEST_F(SettingsServiceTest, Key_TravelsAsAToken) {
  ASSERT_TRUE(patch(R"({"agent_settings_diff":{"llm":{"api_key":"sk-1"}}})").ok());
  const auto token = key(Expose::kEncrypted);
  EXPECT_TRUE(token.starts_with("\"gAAAA"));
  ASSERT_TRUE(patch(R"({"agent_settings_diff":{"llm":{"api_key":"sk-2"}}})").ok());
  ASSERT_TRUE(patch(R"({"agent_settings_diff":{"llm":{"api_key":)" + token + "}}}").ok());
  EXPECT_EQ(key(Expose::kPlaintext), "\"sk-1\"");
}

TEST_F(SettingsServiceTest, OtherSecretKey_IsAnErrorAndLosesNothing) {
  ASSERT_TRUE(patch(R"({"agent_settings_diff":{"llm":{"api_key":"sk-1"}}})").ok());
  reopen("another");
  auto loaded = service->load();
  ASSERT_FALSE(loaded.ok());
  EXPECT_NE(loaded.error().message.find("another secret key"), std::string::npos);
  EXPECT_FALSE(patch(R"({"misc_settings_diff":{"a":1}})").ok());
  reopen();
  ASSERT_TRUE(service->load().ok());
  EXPECT_EQ(key(Expose::kPlaintext), "\"sk-1\"");
}

TEST_F(SettingsServiceTest, Nothing_IsNoChange) {
  for (const auto* nothing : {"{}", R"({"agent_settings_diff":null})", R"({"bogus":1})"}) {
    EXPECT_EQ(patch(nothing).error().message, kNothingToChange);
  }
  EXPECT_TRUE(patch(R"({"active_profile":null})").ok());
  EXPECT_TRUE(patch(R"({"active_agent_profile_id":null})").ok());
  EXPECT_EQ(patch(R"({"active_profile":"nope"})").error().message, "Profile 'nope' not found");
}

TEST_F(SettingsServiceTest, WrongTypes_ChangeNothing) {
  ASSERT_TRUE(patch(R"({"misc_settings_diff":{"a":1}})").ok());
  const auto before = text();
  for (const auto* bad :
       {R"({"agent_settings_diff":{"llm":{"num_retries":"many"}}})",
        R"({"agent_settings_diff":{"agent_kind":"zzz"}})", R"({"agent_settings_diff":{"agent_kind":null}})",
        R"({"agent_settings_diff":{"mcp_config":{"s":5}}})",
        R"({"agent_settings_diff":{"mcp_config":{"s":{"headers":{"X":5}}}}})",
        R"({"conversation_settings_diff":{"max_iterations":-1},"misc_settings_diff":{"b":2}})",
        R"({"conversation_settings_diff":{"confirmation_mode":null}})"})
    EXPECT_EQ(patch(bad).error().message, kValidationFailed) << bad;
  EXPECT_EQ(text(), before);
}

TEST_F(SettingsServiceTest, Mcp_HidesHeadersAndNullRemovesOne) {
  ASSERT_TRUE(patch(R"({"agent_settings_diff":{"mcp_config":{"svc":{"url":"http://127.0.0.1:9/mcp",)"
                    R"("headers":{"X-Old":"v1","Authorization":"Bearer fake-mcp"}}}}})")
                  .ok());
  EXPECT_NE(
      text().find(R"("mcp_config":{"svc":{"url":"http://127.0.0.1:9/mcp","headers":{"X-Old":"**********",)"
                  R"("Authorization":"**********"},"enabled":true}})"),
      std::string::npos)
      << text();
  ASSERT_TRUE(patch(R"({"agent_settings_diff":{"mcp_config":{"svc":{"headers":{"X-Old":null}}}}})").ok());
  EXPECT_NE(text(Expose::kPlaintext).find(R"("headers":{"Authorization":"Bearer fake-mcp"},"enabled":true)"),
            std::string::npos);
  EXPECT_FALSE(stored_anywhere("fake-mcp"));
  ASSERT_TRUE(patch(R"({"agent_settings_diff":{"mcp_config":{"svc":null}}})").ok());
  EXPECT_NE(text().find(R"("mcp_config":{})"), std::string::npos);
}

TEST_F(SettingsServiceTest, Misc_IsMergedAndShownAsItIs) {
  ASSERT_TRUE(
      patch(R"({"misc_settings_diff":{"ui":{"theme":"dark","list":[1,2]},"env":{"A":"shown"}}})").ok());
  ASSERT_TRUE(patch(R"({"misc_settings_diff":{"ui":{"theme":null,"list":[3]}}})").ok());
  EXPECT_NE(text().find(R"("misc_settings":{"ui":{"list":[3]},"env":{"A":"shown"}})"), std::string::npos)
      << text();
}

TEST_F(SettingsServiceTest, AgentKind_SwitchStartsFromItsDefaults) {
  ASSERT_TRUE(patch(R"({"agent_settings_diff":{"llm":{"model":"m"}}})").ok());
  ASSERT_TRUE(patch(R"({"agent_settings_diff":{"agent_kind":"acp"}})").ok());
  EXPECT_NE(
      text().find(
          R"("agent_kind":"acp","acp_server":"claude-code","acp_command":[],"acp_args":[],"acp_model":null,)"
          R"("acp_session_mode":null,"acp_prompt_timeout":1800.0,"acp_startup_timeout":90.0,"mcp_config":{})"),
      std::string::npos)
      << text();
  EXPECT_NE(text().find(R"("is_subscription":false},"agent_context":null})"), std::string::npos);
  ASSERT_TRUE(patch(R"({"agent_settings_diff":{"agent_kind":"openhands"}})").ok());
  EXPECT_NE(text().find(R"("model":"gpt-5.5")"), std::string::npos);
  EXPECT_EQ(text().find("acp_server"), std::string::npos);
}

TEST_F(SettingsServiceTest, PatchStorm_LosesNothingAndShowsTheLast) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([this, t] {
      for (int i = 0; i < 25; ++i) {
        const auto name = "k" + std::to_string(t) + "_" + std::to_string(i);
        ASSERT_TRUE(patch(R"({"misc_settings_diff":{")" + name + "\":1}}").ok());
      }
    });
  for (auto& thread : threads) thread.join();
  const auto document = shown();
  EXPECT_EQ(json::find(document, "misc_settings")->MemberCount(), 200U);
  const auto before = text();
  reopen();
  ASSERT_TRUE(service->load().ok());
  EXPECT_EQ(text(), before);
}

TEST_F(SettingsServiceTest, McpServers_AreSealedAndKept) {
  const auto server = json::parse(R"({"command":"c","env":{"A":"fake-one"},"headers":{"H":"fake-two"}})");
  // Some names are those of secret members.
  for (const auto* name : {"svc", "env", "api_key", "mcpServers"})
    ASSERT_TRUE(service->add_mcp_server(name, *server).ok());
  ASSERT_TRUE(service->change_mcp_server("svc", *json::parse(R"({"env":{"A":"**********"}})")).ok());
  EXPECT_EQ(text().find("fake-"), std::string::npos);
  EXPECT_FALSE(stored_anywhere("fake-"));
  const auto before = text(Expose::kPlaintext);
  EXPECT_NE(before.find(
                R"("env":{"command":"c","env":{"A":"fake-one"},"headers":{"H":"fake-two"},"enabled":true})"),
            std::string::npos)
      << before;
  reopen();
  ASSERT_TRUE(service->load().ok());
  EXPECT_EQ(text(Expose::kPlaintext), before);
  ASSERT_TRUE(service->remove_mcp_server("env").ok());
  EXPECT_EQ(service->remove_mcp_server("env").error().kind, Error::Kind::kNotFound);
}

TEST_F(SettingsServiceTest, McpServers_SecretsTravelAsTokens) {
  const auto token = ring.fernet_encrypt("fake-one");
  ASSERT_TRUE(service->add_mcp_server("svc", *json::parse(R"({"env":{"A":")" + token + "\"}}")).ok());
  EXPECT_NE(text(Expose::kPlaintext).find(R"("env":{"A":"fake-one"})"), std::string::npos);
}

TEST_F(SettingsServiceTest, TokensOfAnotherKeyChangeNothing) {
  ASSERT_TRUE(service->patch(*json::parse(R"({"agent_settings_diff":{"llm":{"api_key":"fake-one"}}})")).ok());
  const auto foreign = secrets::KeyRing::open("/nowhere", "an old secret")->fernet_encrypt("fake-one");
  const auto before = text(Expose::kPlaintext);
  const auto patched = service->patch(
      *json::parse(R"({"agent_settings_diff":{"llm":{"model":"other","api_key":")" + foreign + "\"}}}"));
  ASSERT_FALSE(patched.ok());
  EXPECT_EQ(patched.error().kind, Error::Kind::kInvalid);
  EXPECT_EQ(patched.error().message.find(foreign), std::string::npos);
  EXPECT_FALSE(service->add_mcp_server("svc", *json::parse(R"({"env":{"A":")" + foreign + "\"}}")).ok());
  EXPECT_EQ(text(Expose::kPlaintext), before);
}

TEST_F(SettingsServiceTest, Urls_AreCheckedWhenTheyComeAndHiddenWhenTheyAreThere) {
  const auto patch = [&](std::string_view diff) {
    return service->patch(*json::parse(R"({"agent_settings_diff":)" + std::string(diff) + "}")).ok();
  };
  for (const auto* bad : {R"({"llm":{"base_url":"u:fake-pw@h/v1"}})", R"({"llm":{"base_url":"h/v1"}})",
                          R"({"llm":{"ollama_base_url":" http://u:fake-pw@h"}})",
                          R"({"llm":{"aws_bedrock_runtime_endpoint":"//u:fake-pw@h"}})",
                          R"({"verification":{"critic_server_url":"https://u:fake-pw@h"}})"})
    EXPECT_FALSE(patch(bad)) << bad;
  ASSERT_TRUE(patch(R"({"mcp_config":{"a":{"url":"https://u:fake-pw@h"}}})"));
  EXPECT_EQ(text().find("fake-pw"), std::string::npos);
  EXPECT_FALSE(stored_anywhere("fake-pw"));
  ASSERT_TRUE(patch(R"({"mcp_config":{"a":{"url":"**********","timeout":5}}})"));
  EXPECT_NE(text(Expose::kPlaintext).find("https://u:fake-pw@h"), std::string::npos);
  // From before they were checked.
  auto stored = completed(
      *json::parse(R"({"agent_settings":{"agent_kind":"openhands","llm":{"base_url":"u:fake-pw@h/v1"}}})"));
  ASSERT_TRUE(stored);
  EXPECT_TRUE(patched(*stored, *json::parse(R"({"agent_settings_diff":{"llm":{"model":"m"}}})")));
}

TEST_F(SettingsServiceTest, McpServers_AddedAtTheSameTimeAreAllThere) {
  std::vector<std::thread> threads;
  std::atomic<int> added{0};
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([this, t, &added] {
      for (int i = 0; i < 10; ++i) {
        const auto server = json::parse(R"({"command":"c"})");
        if (service->add_mcp_server("s" + std::to_string(t) + "_" + std::to_string(i), *server).ok()) ++added;
        if (service->add_mcp_server("shared" + std::to_string(i), *server).ok()) ++added;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(added, 90);  // of each shared name one
  EXPECT_EQ(json::at(shown(), {"agent_settings", "mcp_config"})->MemberCount(), 90U);
}

}  // namespace
}  // namespace collet::settings
