#include "storage/document_store.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "storage/database.hpp"
#include "storage/testing/each_database.hpp"

namespace collet::storage {
namespace {

class DocumentStoreTest : public testing::OnEachDatabase {
 protected:
  std::unique_ptr<Database> database = place.open();
  DocumentStore store{*database};
};
COLLET_ON_EACH_DATABASE(DocumentStoreTest);

TEST_P(DocumentStoreTest, PutGetRemove) {
  EXPECT_EQ(store.get("a").error().kind, Error::Kind::kNotFound);
  ASSERT_TRUE(store.put("a", "1").ok());
  ASSERT_TRUE(store.put("a", "2").ok());
  EXPECT_EQ(store.get("a").value(), "2");
  ASSERT_TRUE(store.remove("a").ok());
  EXPECT_EQ(store.remove("a").error().kind, Error::Kind::kNotFound);
}

TEST_P(DocumentStoreTest, UpdateFromManyThreads_LosesNothing) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([this] {
      for (int i = 0; i < 50; ++i) {
        auto updated =
            store.update("counter", [](const std::optional<std::string>& now) -> Result<std::string> {
              return std::to_string(now ? std::stoi(*now) + 1 : 1);
            });
        ASSERT_TRUE(updated.ok());
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(store.get("counter").value(), "400");
}

TEST_P(DocumentStoreTest, FailedUpdate_ChangesNothing) {
  ASSERT_TRUE(store.put("a", "1").ok());
  auto updated = store.update("a", [](const auto&) -> Result<std::string> { return invalid("no"); });
  ASSERT_FALSE(updated.ok());
  EXPECT_EQ(updated.error().message, "no");
  EXPECT_EQ(store.get("a").value(), "1");
}

}  // namespace
}  // namespace collet::storage
