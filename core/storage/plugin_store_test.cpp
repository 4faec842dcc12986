#include "storage/plugin_store.hpp"
#include "collet/testing/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>

namespace collet::storage {
namespace {

using Positions = std::vector<std::int64_t>;

class PluginStoreTest : public ::testing::Test {
 protected:
  static constexpr PluginStore::Limits kLimits{.value_bytes = 1000, .keys_bytes = 3000, .log_bytes = 10'000};

  std::unique_ptr<PluginStore> open(PluginStore::Limits limits = kLimits) {
    auto opened = PluginStore::open(folder.path(), "bash", limits, {.synchronous = Synchronous::kNormal});
    EXPECT_TRUE(opened.ok()) << opened.error().message;
    return std::move(*opened);
  }
  Positions positions(const PluginStore::Query& query) {
    Positions found;
    auto records = store->read("events", query);
    EXPECT_TRUE(records.ok());
    for (const auto& record : *records) found.push_back(record.position);
    return found;
  }

  collet::testing::TemporaryFolder folder;
  std::unique_ptr<PluginStore> store = open();
};

TEST_F(PluginStoreTest, BadName_IsRefused) {
  EXPECT_FALSE(PluginStore::open(folder.path(), "../x").ok());
  EXPECT_FALSE(PluginStore::open(folder.path(), "").ok());
}

TEST_F(PluginStoreTest, Keys_SurviveReopening) {
  ASSERT_TRUE(store->put("a/1", "one").ok());
  ASSERT_TRUE(store->put("a/2", "two").ok());
  ASSERT_TRUE(store->put("b", "three").ok());
  ASSERT_TRUE(store->put("a/1", "ONE").ok());
  store.reset();
  store = open();
  EXPECT_EQ(store->get("a/1").value(), "ONE");
  EXPECT_EQ(store->keys("a/").value(), (std::vector<std::string>{"a/1", "a/2"}));
  EXPECT_EQ(store->keys("").value().size(), 3U);
  EXPECT_TRUE(store->erase("a/1").value());
  EXPECT_FALSE(store->erase("a/1").value());
  EXPECT_EQ(store->get("a/1").error().kind, Error::Kind::kNotFound);
}

TEST_F(PluginStoreTest, Keys_AreBoundedInBytes) {
  const std::string value(990, 'v');
  for (const auto* key : {"a", "b", "c"}) ASSERT_TRUE(store->put(key, value).ok());
  EXPECT_EQ(store->put("d", value).error().kind, Error::Kind::kUnavailable);
  EXPECT_EQ(store->put("d", std::string(1001, 'v')).error().kind, Error::Kind::kInvalid);
  ASSERT_TRUE(store->put("c", "small").ok());
  EXPECT_TRUE(store->put("d", value).ok());
}

TEST_F(PluginStoreTest, Log_ReadsByPositionAndIndexes) {
  ASSERT_TRUE(store->declare_log("events", {"command", "kind"}).ok());
  for (int i = 0; i < 12; ++i) {
    auto position =
        store->append("events", "{\"n\":" + std::to_string(i) + "}",
                      {{"command", i % 2 == 0 ? "even" : "odd"}, {"kind", i % 3 == 0 ? "third" : "other"}});
    ASSERT_TRUE(position.ok());
    EXPECT_EQ(*position, i + 1);
  }
  EXPECT_EQ(positions({.limit = 3}), (Positions{1, 2, 3}));
  EXPECT_EQ(positions({.descending = true, .limit = 3}), (Positions{12, 11, 10}));
  EXPECT_EQ(positions({.from_position = 11}), (Positions{11, 12}));
  EXPECT_EQ(positions({.equals = {{"command", "odd"}}, .from_position = 5, .limit = 2}), (Positions{6, 8}));
  EXPECT_EQ(positions({.equals = {{"command", "odd"}, {"kind", "third"}}}), (Positions{4, 10}));
  EXPECT_EQ(positions({.equals = {{"command", "odd"}, {"kind", "third"}}, .descending = true}),
            (Positions{10, 4}));
  EXPECT_EQ(positions({.equals = {{"command", "nope"}}}), Positions{});
  EXPECT_EQ(store->read("events", {.equals = {{"undeclared", "x"}}}).error().kind, Error::Kind::kInvalid);
  EXPECT_EQ(store->append("nolog", "x", {}).error().kind, Error::Kind::kInvalid);
  EXPECT_EQ(store->append("events", "x", {{"undeclared", "x"}}).error().kind, Error::Kind::kInvalid);
}

TEST_F(PluginStoreTest, Log_ErasedPositionsAreNotGivenAgain) {
  ASSERT_TRUE(store->declare_log("events", {"k"}).ok());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(store->append("events", "r", {{"k", "v"}}).ok());
  EXPECT_EQ(store->erase_before("events", 3).value(), 2);
  EXPECT_EQ(positions({.equals = {{"k", "v"}}}), (Positions{3, 4, 5}));
  EXPECT_EQ(store->erase_all("events").value(), 3);
  store.reset();
  store = open();
  EXPECT_EQ(store->append("events", "r", {}).value(), 6);
}

TEST_F(PluginStoreTest, Log_ErasedAsAWholeLeavesOthersAlone) {
  ASSERT_TRUE(store->declare_log("events", {"k"}).ok());
  ASSERT_TRUE(store->append("events", "r", {{"k", "v"}}).ok());
  EXPECT_EQ(store->erase_all("events").value(), 1);  // the only log
  EXPECT_EQ(positions({.equals = {{"k", "v"}}}), Positions{});
  ASSERT_TRUE(store->declare_log("other", {"k"}).ok());
  for (const auto* log : {"events", "other"}) ASSERT_TRUE(store->append(log, "r", {{"k", "v"}}).ok());
  EXPECT_EQ(store->erase_all("other").value(), 1);
  EXPECT_EQ(positions({.equals = {{"k", "v"}}}), (Positions{2}));
}

TEST_F(PluginStoreTest, Log_OldestRecordsMakeRoom) {
  ASSERT_TRUE(store->declare_log("events", {"k"}).ok());
  const std::string record(998, 'r');
  for (int i = 0; i < 25; ++i) ASSERT_TRUE(store->append("events", record, {{"k", "v"}}).ok());
  EXPECT_EQ(positions({}).size(), 10U);
  EXPECT_EQ(positions({.equals = {{"k", "v"}}, .limit = 1}), Positions{16});
}

TEST_F(PluginStoreTest, Log_SearchCostsTheSameInALongLog) {
  store = open({.value_bytes = 1000, .keys_bytes = 3000, .log_bytes = 1 << 30});
  ASSERT_TRUE(store->declare_log("events", {"command"}).ok());
  const auto fill = [&](int count) {
    std::promise<void> last;
    for (int i = 0; i < count; ++i)
      store->append("events", "{}", {{"command", i % 1000 == 0 ? "rare" : "common"}},
                    [&, is_last = i + 1 == count](Result<std::int64_t> position) {
                      ASSERT_TRUE(position.ok());
                      if (is_last) last.set_value();
                    });
    last.get_future().wait();
  };
  const auto cost = [&](std::int64_t from) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 200; ++i) {
      auto found =
          store->read("events", {.equals = {{"command", "rare"}}, .from_position = from, .limit = 1});
      EXPECT_EQ(found->size(), 1U);
    }
    return std::chrono::steady_clock::now() - start;
  };
  fill(1'000);
  const auto before = cost(1);
  for (int i = 0; i < 3; ++i) fill(15'000);
  // Flat but for the height of the tree; a scan would be 45 times as dear.
  EXPECT_LT(cost(45'000), before * 8);
}

}  // namespace
}  // namespace collet::storage
