#include "settings/plugin_documents.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <thread>

#include "secrets/key_ring.hpp"
#include "storage/database.hpp"
#include "storage/testing/each_database.hpp"

namespace collet::settings {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class PluginDocumentsTest : public storage::testing::OnEachDatabase {
 protected:
  Error::Kind refusal(const Result<std::int64_t>& result) { return result.error().kind; }

  std::unique_ptr<storage::Database> database = place.open();
  secrets::KeyRing ring = *secrets::KeyRing::open(place.folder().path(), "a secret for this test");
  secrets::SealedBox box{ring};
  PluginDocuments documents{*database, box};
};
COLLET_ON_EACH_DATABASE(PluginDocumentsTest);

constexpr auto kAny = PluginDocuments::kAny;
constexpr auto kNone = PluginDocuments::kNone;

TEST_P(PluginDocumentsTest, EachPluginHasItsOwnKeys) {
  ASSERT_TRUE(documents.put("a", "k", std::string("one\0two\xff", 8), kAny));
  EXPECT_EQ(documents.get("a", "k")->text, std::string("one\0two\xff", 8));
  EXPECT_EQ(documents.get("b", "k").error().kind, Error::Kind::kNotFound);
  ASSERT_TRUE(documents.put("a", "j", "", kAny));
  ASSERT_TRUE(documents.put("a-b", "k", "", kAny));
  EXPECT_THAT(*documents.keys("a", ""), ElementsAre("j", "k"));
  EXPECT_THAT(*documents.keys("a", "k"), ElementsAre("k"));
  ASSERT_TRUE(documents.erase("a", "k", kAny));
  EXPECT_EQ(documents.erase("a", "k", kAny).error().kind, Error::Kind::kNotFound);
}

TEST_P(PluginDocumentsTest, Revisions_RefuseWhatWasChangedMeanwhile) {
  const auto first = documents.put("a", "k", "1", kNone);
  ASSERT_TRUE(first);
  EXPECT_EQ(refusal(documents.put("a", "k", "2", kNone)), Error::Kind::kConflict);
  const auto second = documents.put("a", "k", "2", *first);
  ASSERT_TRUE(second);
  EXPECT_GT(*second, *first);
  EXPECT_EQ(refusal(documents.put("a", "k", "3", *first)), Error::Kind::kConflict);
  EXPECT_EQ(documents.erase("a", "k", *first).error().kind, Error::Kind::kConflict);
  EXPECT_EQ(documents.get("a", "k")->revision, *second);
  ASSERT_TRUE(documents.erase("a", "k", *second));
  EXPECT_EQ(refusal(documents.put("a", "k", "3", *second)), Error::Kind::kConflict);
  EXPECT_GT(*documents.put("a", "k", "4", kNone), *second) << "never a revision that there was before";
}

TEST_P(PluginDocumentsTest, Values_AreSealedForTheirKey) {
  ASSERT_TRUE(documents.put("a", "k", "canary-1f2e", kAny));
  storage::DocumentStore stored(*database);
  const auto text = stored.get("plugin/a/k");
  EXPECT_THAT(*text, HasSubstr("collet:v1:"));
  EXPECT_THAT(*text, Not(HasSubstr("canary")));
  ASSERT_TRUE(stored.put("plugin/b/k", *text));
  EXPECT_EQ(documents.get("b", "k").error().kind, Error::Kind::kInvalid);
}

TEST_P(PluginDocumentsTest, Limits) {
  EXPECT_EQ(refusal(documents.put("a", "", "", kAny)), Error::Kind::kInvalid);
  EXPECT_EQ(refusal(documents.put("a", "\xff", "", kAny)), Error::Kind::kInvalid);
  EXPECT_EQ(refusal(documents.put("a", std::string("a\0b", 3), "", kAny)), Error::Kind::kInvalid);
  EXPECT_TRUE(documents.put("a", std::string(PluginDocuments::kKeyBytes, 'k'), "", kAny));
  EXPECT_EQ(refusal(documents.put("a", std::string(PluginDocuments::kKeyBytes + 1, 'k'), "", kAny)),
            Error::Kind::kInvalid);
  EXPECT_TRUE(documents.put("a", "large", std::string(PluginDocuments::kValueBytes, 'v'), kAny));
  EXPECT_EQ(refusal(documents.put("a", "large", std::string(PluginDocuments::kValueBytes + 1, 'v'), kAny)),
            Error::Kind::kInvalid);
}

TEST_P(PluginDocumentsTest, TwoServersLoseNothing) {
  if (!place.is_postgresql()) GTEST_SKIP() << "one server at a time holds the folder";
  auto other_database = *storage::Database::open_postgresql(place.url());
  PluginDocuments other(*other_database, box);
  constexpr int kEach = 20;
  const auto count_up = [&](PluginDocuments& mine) {
    for (int done = 0; done < kEach;) {
      const auto now = mine.get("a", "count");
      if (mine.put("a", "count", std::to_string(std::stoi(now->text) + 1), now->revision)) ++done;
    }
  };
  // Here, before the threads: at its first use Botan opens its source of randomness, unseen by the thread
  // sanitizer.
  ASSERT_TRUE(documents.put("a", "count", "0", kNone));
  std::thread theirs([&] { count_up(other); });
  count_up(documents);
  theirs.join();
  EXPECT_EQ(documents.get("a", "count")->text, std::to_string(2 * kEach));
}

}  // namespace
}  // namespace collet::settings
