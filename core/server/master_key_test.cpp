#include "server/master_key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "secrets/sealed_box.hpp"
#include "settings/secret_store.hpp"
#include "settings/settings_service.hpp"
#include "storage/conversation_store.hpp"
#include "storage/document_store.hpp"
#include "storage/testing/failing_database.hpp"

namespace collet::server {
namespace {

using ::testing::HasSubstr;

class MasterKeyTest : public ::testing::Test, protected storage::testing::FailingDatabase {
 protected:
  Result<secrets::KeyRing> open(const std::string& secret) {
    return open_master_key(folder.path(), secret, *database);
  }
  std::string error(const std::string& secret) {
    const auto ring = open(secret);
    EXPECT_FALSE(ring.ok());
    return ring ? "" : ring.error().message;
  }
  void fill(const secrets::KeyRing& ring) {
    const secrets::SealedBox box(ring);
    ASSERT_TRUE(settings::SecretStore(*database, box).put({"TOKEN", "d"}, "value 1").ok());
    settings::SettingsService settings(*database, ring);
    ASSERT_TRUE(
        settings.patch(*json::parse(R"({"agent_settings_diff":{"llm":{"api_key":"value 2"}}})")).ok());
    const std::string body = R"({"setup":{"agent":{"api_key":")" + box.seal("value 3", kId) +
                             R"("}},"title":"collet:v1:)" + ring.id() + R"(:only looks sealed"})";
    ASSERT_TRUE(storage::ConversationStore(*database).save({kId, "idle", 1, 1, body}).ok());
  }
  void expect_all(const secrets::KeyRing& ring) {
    const secrets::SealedBox box(ring);
    EXPECT_EQ(settings::SecretStore(*database, box).get("TOKEN").value(), "value 1");
    settings::SettingsService settings(*database, ring);
    ASSERT_TRUE(settings.load().ok());
    EXPECT_EQ(json::string_or(*json::at(settings.plain(), {"agent_settings", "llm"}), "api_key"), "value 2");
    const auto row = storage::ConversationStore(*database).get(kId).value();
    const auto body = json::parse(row.body);
    EXPECT_EQ(box.open(json::string_or(*json::at(*body, {"setup", "agent"}), "api_key"), kId).value(),
              "value 3");
    EXPECT_THAT(json::string_or(*body, "title"), HasSubstr("only looks sealed"));
  }

  const std::string kId = "6e96170e-b8da-4e31-998c-adddb22718d6";
};

TEST_F(MasterKeyTest, WrongKey_IsNamedAndChangesNothing) {
  const auto ring = open("the right secret").value();
  fill(ring);
  EXPECT_THAT(error("a wrong secret"), HasSubstr("sealed with another secret key (key " + ring.id()));
  EXPECT_THAT(error(""), HasSubstr("is missing"));
  EXPECT_FALSE(std::filesystem::exists(folder / "secret.key")) << "no new key in place of a lost one";
  expect_all(open("the right secret").value());
}

TEST_F(MasterKeyTest, DatabaseFromBeforeTheRecord_IsJudgedByWhatIsSealed) {
  const auto ring = open("the right secret").value();
  fill(ring);
  ASSERT_TRUE(storage::DocumentStore(*database).remove("secret_key").ok());
  EXPECT_THAT(error("a wrong secret"), HasSubstr("sealed with another secret key"));
  expect_all(open("the right secret").value());
}

TEST_F(MasterKeyTest, Reseal_TakesEverythingAlong) {
  const auto before = open("old secret").value();
  fill(before);
  const auto after = secrets::KeyRing::open(folder.path(), "new secret").value();
  const auto count = reseal(*database, before, after).value();
  EXPECT_EQ(count.texts, 3U);
  EXPECT_EQ(count.damaged, 1U) << "the title that only looks sealed";
  EXPECT_FALSE(open("old secret").ok());
  expect_all(open("new secret").value());
}

TEST_F(MasterKeyTest, Reseal_ThatFails_LeavesTheOldKeyInForce) {
  const auto before = open("old secret").value();
  fill(before);
  disk_fails = true;
  EXPECT_FALSE(reseal(*database, before, secrets::KeyRing::open(folder.path(), "new secret").value()).ok());
  disk_fails = false;
  expect_all(open("old secret").value());
}

TEST_F(MasterKeyTest, CrashBetweenCommitAndRename_IsMadeGood) {
  const auto before = open("").value();
  fill(before);
  const auto next = secrets::KeyRing::make_next(folder.path()).value();
  ASSERT_TRUE(reseal(*database, before, next).ok());
  const auto found = open("").value();
  EXPECT_EQ(found.id(), next.id());
  expect_all(found);
  EXPECT_TRUE(std::filesystem::exists(folder / ("secret.key." + before.id())));
}

TEST_F(MasterKeyTest, CrashBeforeTheCommit_LeavesTheOldKey) {
  const auto before = open("").value();
  fill(before);
  ASSERT_TRUE(secrets::KeyRing::make_next(folder.path()).ok());
  EXPECT_EQ(open("")->id(), before.id());
  expect_all(open("").value());
}

TEST_F(MasterKeyTest, TruncatedNextKeyFile_DoesNotStopTheStart) {
  const auto before = open("the secret").value();
  fill(before);
  folder.write("secret.key.next", "collet-key:v1:12");
  expect_all(open("the secret").value());
  EXPECT_FALSE(std::filesystem::exists(folder / "secret.key.next"));
}

TEST_F(MasterKeyTest, StaleKeyFile_IsKeptUnderItsOwnId) {
  const auto stale = secrets::KeyRing::open(folder.path(), std::nullopt)->id();
  const auto before = open("the secret").value();
  fill(before);
  const auto next = secrets::KeyRing::make_next(folder.path()).value();
  ASSERT_TRUE(reseal(*database, before, next).ok());
  expect_all(open("").value());
  EXPECT_TRUE(std::filesystem::exists(folder / ("secret.key." + stale)));
  EXPECT_FALSE(std::filesystem::exists(folder / ("secret.key." + before.id())));
}

}  // namespace
}  // namespace collet::server
