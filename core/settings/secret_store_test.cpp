#include "settings/secret_store.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "collet/testing/temporary_folder.hpp"
#include "secrets/key_ring.hpp"
#include "storage/database.hpp"

namespace collet::settings {
namespace {

class SecretStoreTest : public ::testing::Test {
 protected:
  SecretStoreTest() {
    database_ = *storage::Database::open(folder_.path());
    ring_.emplace(*secrets::KeyRing::open(folder_.path(), "a secret for this test"));
    box_.emplace(*ring_);
    store.emplace(*database_, *box_);
  }
  std::string all_files() const {
    std::ostringstream text;
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder_.path()))
      if (file.is_regular_file()) text << std::ifstream(file.path(), std::ios::binary).rdbuf();
    return text.str();
  }

  collet::testing::TemporaryFolder folder_;
  std::unique_ptr<storage::Database> database_;
  std::optional<secrets::KeyRing> ring_;
  std::optional<secrets::SealedBox> box_;
  std::optional<SecretStore> store;
};

TEST_F(SecretStoreTest, CreateAndRename) {
  ASSERT_TRUE(store->create({"ONE", "first"}, "v1"));
  EXPECT_EQ(store->create({"ONE", std::nullopt}, "v2").error().kind, Error::Kind::kConflict);
  ASSERT_TRUE(store->create({"TWO", std::nullopt}, "v2"));
  ASSERT_TRUE(store->rename("ONE", {"UNO", "renamed"}));
  EXPECT_EQ(*store->get("UNO"), "v1");
  EXPECT_EQ(store->get("ONE").error().kind, Error::Kind::kNotFound);
  EXPECT_EQ(store->rename("UNO", {"TWO", std::nullopt}).error().kind, Error::Kind::kConflict);
  EXPECT_EQ(store->rename("ONE", {"X", std::nullopt}).error().kind, Error::Kind::kNotFound);
  ASSERT_TRUE(store->rename("UNO", {"UNO", std::nullopt}));
  EXPECT_EQ(*store->get("UNO"), "v1");
}

TEST_F(SecretStoreTest, PutGetListRemove) {
  ASSERT_TRUE(store->put({"TOKEN", "a token"}, "value-1"));
  ASSERT_TRUE(store->put({"OTHER", std::nullopt}, "héllo ✓\n2"));
  EXPECT_EQ(*store->get("OTHER"), "héllo ✓\n2");
  ASSERT_TRUE(store->put({"TOKEN", std::nullopt}, "value-2"));
  EXPECT_EQ(*store->get("TOKEN"), "value-2");
  const auto entries = store->list();
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[0].name, "TOKEN");
  EXPECT_EQ((*entries)[0].description, std::nullopt);
  ASSERT_TRUE(store->remove("TOKEN"));
  EXPECT_EQ(store->get("TOKEN").error().kind, Error::Kind::kNotFound);
  EXPECT_EQ(store->remove("TOKEN").error().kind, Error::Kind::kNotFound);
}

TEST_F(SecretStoreTest, Values_AreNowhereInClearOnDisk) {
  ASSERT_TRUE(store->put({"TOKEN", std::nullopt}, "canary-1f2e3d4c"));
  EXPECT_NE(all_files().find("TOKEN"), std::string::npos);
  EXPECT_EQ(all_files().find("canary-1f2e3d4c"), std::string::npos);
}

TEST_F(SecretStoreTest, Names) {
  for (const char* good : {"A", "MY_TOKEN", "lower_case", "a1"})
    EXPECT_TRUE(SecretStore::is_name(good)) << good;
  for (const std::string& bad :
       {std::string(), std::string("1BAD"), std::string("BAD-NAME"), std::string("Ä"), std::string(65, 'A')})
    EXPECT_FALSE(SecretStore::is_name(bad)) << bad;
}

}  // namespace
}  // namespace collet::settings
