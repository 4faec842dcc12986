#include "storage/conversation_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/id.hpp"
#include "storage/database.hpp"
#include "storage/event_store.hpp"
#include "storage/testing/each_database.hpp"

namespace collet::storage {
namespace {

class ConversationStoreTest : public testing::OnEachDatabase {
 protected:
  std::string add(Micros created, Micros updated, std::string status = "idle") {
    ConversationRow row{new_uuid(), std::move(status), created, updated,
                        "{\"n\":" + std::to_string(created) + "}"};
    EXPECT_TRUE(store.save(row).ok());
    return row.id;
  }
  std::unique_ptr<Database> database = place.open();
  ConversationStore store{*database};
};
COLLET_ON_EACH_DATABASE(ConversationStoreTest);

TEST_P(ConversationStoreTest, Save_ReplacesAndKeepsCreation) {
  const auto id = add(10, 20);
  ASSERT_TRUE(store.save({id, "running", 99, 30, "{}"}).ok());
  auto row = store.get(id);
  ASSERT_TRUE(row.ok());
  EXPECT_EQ(row->status, "running");
  EXPECT_EQ(row->created_at, 10);
  EXPECT_EQ(row->updated_at, 30);
  EXPECT_EQ(row->body, "{}");
}

TEST_P(ConversationStoreTest, UnknownId_IsNotFound) {
  EXPECT_EQ(store.get("nope").error().kind, Error::Kind::kNotFound);
  EXPECT_EQ(store.remove("nope").error().kind, Error::Kind::kNotFound);
}

TEST_P(ConversationStoreTest, Search_PagesInEveryOrder) {
  std::vector<std::string> ids;
  for (int i = 0; i < 7; ++i) ids.push_back(add(i / 2, 100 - i));  // equal times: the id decides
  for (const auto order : {ConversationOrder::kCreated, ConversationOrder::kUpdated,
                           ConversationOrder::kCreatedDescending, ConversationOrder::kUpdatedDescending}) {
    ConversationQuery query{.status = {}, .order = order, .page_id = {}, .limit = 3};
    std::vector<std::pair<Micros, std::string>> keys;
    for (int page = 0; page < 3; ++page) {
      auto found = store.search(query);
      ASSERT_TRUE(found.ok());
      EXPECT_EQ(found->items.size(), page < 2 ? 3U : 1U);
      const bool updated =
          order == ConversationOrder::kUpdated || order == ConversationOrder::kUpdatedDescending;
      for (const auto& row : found->items)
        keys.emplace_back(updated ? row.updated_at : row.created_at, row.id);
      EXPECT_EQ(found->next_page_id.empty(), page == 2);
      query.page_id = found->next_page_id;
    }
    const bool down =
        order == ConversationOrder::kCreatedDescending || order == ConversationOrder::kUpdatedDescending;
    EXPECT_TRUE(down ? std::is_sorted(keys.rbegin(), keys.rend()) : std::is_sorted(keys.begin(), keys.end()));
    EXPECT_EQ(std::set(keys.begin(), keys.end()).size(), 7U);
  }
}

TEST_P(ConversationStoreTest, Search_FiltersByStatusAndIgnoresUnknownPages) {
  add(1, 1, "finished");
  add(2, 2, "idle");
  add(3, 3, "finished");
  EXPECT_EQ(store.search({.status = "finished"})->items.size(), 2U);
  EXPECT_EQ(store.search({.status = "finished", .page_id = "zzz"})->items.size(), 2U);
  EXPECT_EQ(store.search({.status = "finished", .page_id = new_uuid()})->items.size(), 2U);
  EXPECT_EQ(store.count("finished").value(), 2);
  EXPECT_EQ(store.count("").value(), 3);
  EXPECT_EQ(store.all()->size(), 3U);
}

TEST_P(ConversationStoreTest, Remove_TakesTheEventsAlong) {
  const auto id = add(1, 1);
  const auto other = add(2, 2);
  ASSERT_TRUE(database
                  ->write_and_wait([&](Session& session) -> Result<void> {
                    event_store::insert(session, id, {1, new_uuid(), "MessageEvent", "user", 5, "{}"});
                    event_store::insert(session, other, {1, new_uuid(), "MessageEvent", "user", 5, "{}"});
                    return {};
                  })
                  .ok());
  ASSERT_TRUE(store.remove(id).ok());
  EXPECT_FALSE(store.get(id).ok());
  EXPECT_EQ(database->read([&](Session& s) { return event_store::end_of(s, id).seq; }).value(), 0);
  EXPECT_EQ(database->read([&](Session& s) { return event_store::end_of(s, other).seq; }).value(), 1);
}

}  // namespace
}  // namespace collet::storage
