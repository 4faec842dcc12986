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

// The index orders by minutes only.
TEST_P(ConversationStoreTest, Search_OrdersUpdatesWithinAMinuteAndAcrossMinutes) {
  constexpr Micros kMinute = 60'000'000;
  std::vector<std::string> expected;
  for (const Micros at : {Micros{0}, Micros{1}, kMinute - 1, kMinute, kMinute + 1, 3 * kMinute})
    expected.push_back(add(1000 - at, at));
  EXPECT_TRUE(store.save({expected[1], "idle", 0, 4 * kMinute, "{}"}));  // it moves to another minute
  std::rotate(expected.begin() + 1, expected.begin() + 2, expected.end());
  for (const auto order : {ConversationOrder::kUpdated, ConversationOrder::kUpdatedDescending}) {
    std::vector<std::string> found;
    ConversationQuery query{.status = "idle", .order = order, .limit = 2};
    do {
      const auto page = store.search(query).value();
      for (const auto& row : page.items) found.push_back(row.id);
      query.page_id = page.next_page_id;
    } while (!query.page_id.empty());
    if (order == ConversationOrder::kUpdatedDescending) std::reverse(found.begin(), found.end());
    EXPECT_EQ(found, expected);
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
