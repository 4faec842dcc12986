// What plugins see of the settings and of the users' secrets.
#include <gmock/gmock.h>

#include "plugins/testing/host_fixture.hpp"
#include "secrets/key_ring.hpp"
#include "settings/secret_store.hpp"
#include "settings/settings_service.hpp"
#include "storage/audit_store.hpp"
#include "storage/database.hpp"

namespace collet::plugins {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class PluginSettings : public HostFixture {
 protected:
  void SetUp() override {
    HostFixture::SetUp();
    const auto state = folder_ / "server";
    database_ = std::move(storage::Database::open(state, {})).value();
    ring_.emplace(std::move(secrets::KeyRing::open(state, std::nullopt)).value());
    box_.emplace(*ring_);
    settings_.emplace(*database_, *ring_);
    ASSERT_TRUE(settings_->load().ok());
    store_.emplace(*database_, *box_);
    audit_.emplace(*database_, 100);
    for (const char* name : {"ALPHA", "BETA"})
      ASSERT_TRUE(store_->put({name, std::nullopt}, std::string("value of ") + name).ok());
    install("sample");
  }
  void TearDown() override {
    HostFixture::TearDown();
    settings_.reset();
    store_.reset();
    audit_.reset();
    database_.reset();
  }
  void start(const std::string& config) {
    ASSERT_EQ(load(config), "");
    host_->set_settings(*settings_, *store_, *audit_);
    host_->start_all();
  }
  std::string secret(const std::string& name) { return call("GET", "/api/sample/secrets/" + name).body; }
  std::size_t recorded() { return audit_->entries({}).value().size(); }

  std::unique_ptr<storage::Database> database_;
  std::optional<secrets::KeyRing> ring_;
  std::optional<secrets::SealedBox> box_;
  std::optional<settings::SettingsService> settings_;
  std::optional<settings::SecretStore> store_;
  std::optional<storage::AuditStore> audit_;
};

TEST_F(PluginSettings, Settings_ComeRedacted) {
  const auto change = json::parse(R"({"agent_settings_diff":{"llm":{"model":"m","api_key":"sk-canary"}}})");
  ASSERT_TRUE(settings_->patch(*change).ok());
  start("{}");
  const auto response = call("GET", "/api/sample/settings");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr(R"("agent_settings")"));
  EXPECT_THAT(response.body, Not(HasSubstr("sk-canary")));
}

TEST_F(PluginSettings, Secrets_NoneIsReadableByDefault) {
  start("{}");
  EXPECT_EQ(secret("ALPHA"), "denied");
  EXPECT_EQ(secret("NOWHERE"), "denied");
  EXPECT_EQ(recorded(), 0U);
}

TEST_F(PluginSettings, Secrets_NamedOnesAreReadAndRecorded) {
  start(R"({"sample":{"secrets":["BETA","LATER"]}})");
  EXPECT_EQ(secret("BETA"), "BETA value of BETA");
  EXPECT_EQ(secret("ALPHA"), "BETA denied");
  EXPECT_EQ(secret("LATER"), "BETA none");
  const auto entries = audit_->entries({}).value();
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].read.who, "plugin sample");
  EXPECT_EQ(entries[0].read.what, "secret BETA");
  EXPECT_EQ(entries[0].read.how, "plugin feature secrets");
}

TEST_F(PluginSettings, Secrets_AStarNamesAll) {
  start(R"({"sample":{"secrets":["*"]}})");
  EXPECT_EQ(secret("ALPHA"), "ALPHA BETA value of ALPHA");
}

TEST_F(PluginSettings, Secrets_AreNotGivenWhenTheReadCannotBeRecorded) {
  class Broken final : public secrets::Audit {
   public:
    void record(const secrets::Read&, Done done) override { done(unavailable("the disk is full")); }
  } broken;
  ASSERT_EQ(load(R"({"sample":{"secrets":["*"]}})"), "");
  host_->set_settings(*settings_, *store_, broken);
  host_->start_all();
  EXPECT_EQ(secret("ALPHA"), "ALPHA BETA the read cannot be recorded: the disk is full");
  host_.reset();
}

TEST_F(PluginSettings, Config_NamesWhatIsWrong) {
  EXPECT_EQ(load(R"({"sample":{"secrets":"ALPHA"}})"), "plugins.sample.secrets must be of type array");
  EXPECT_EQ(load(R"({"sample":{"secrets":["not a name"]}})"),
            R"(plugins.sample.secrets must hold names of secrets, or "*" for all)");
}

}  // namespace
}  // namespace collet::plugins
