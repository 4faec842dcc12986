#include "storage/pending_writes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "base/id.hpp"
#include "storage/claims.hpp"
#include "storage/conversation_rows.hpp"
#include "storage/conversation_store.hpp"
#include "storage/testing/each_database.hpp"
#include "storage/testing/numbered_rows.hpp"

namespace collet::storage {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;

/// One of several servers on a PostgreSQL.
struct Node {
  Node(const testing::Place& place, const std::string& name)
      : database(std::move(Database::open_postgresql(place.url())).value()),
        claims(std::move(Claims::start(*database, {.name = name, .node = name})).value()) {}

  ConversationRow make() {
    ConversationRow row{.id = new_uuid(), .status = "idle", .body = "{}"};
    row.claim = claims->first();
    EXPECT_TRUE(store.create(row));
    return row;
  }
  /// Appends a number under the row's claim, and saves the row.
  static Database::Job append(const ConversationRow& row, std::int64_t number) {
    return [row, number](Session& session) -> Result<void> {
      const auto end = event_store::end_of(session, row.id, row.claim);
      event_store::insert_later(
          session, row.id, {end.seq + 1, new_uuid(), "K", "s", end.timestamp + 1, std::to_string(number)},
          row.claim);
      conversation_rows::save_claimed_later(session, row);
      return {};
    };
  }
  Result<void> write(const ConversationRow& row, std::int64_t number) {
    return database->write_and_wait(append(row, number));
  }

  std::unique_ptr<Database> database;
  ConversationStore store{*database};
  std::unique_ptr<Claims> claims;
};

class PendingWritesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (place.skipped()) GTEST_SKIP() << testing::kSkipped;
  }
  testing::Place place{testing::Kind::kPostgresql};
};

/// Writes that are all of one batch: they queue while an earlier one runs.
std::vector<Result<void>> in_one_batch(Database& database, const std::vector<Database::Job>& jobs) {
  std::promise<void> queued;
  auto all_queued = queued.get_future().share();
  std::vector<std::future<Result<void>>> waiting;
  const auto write = [&](Database::Job job) {
    auto outcome = std::make_shared<std::promise<Result<void>>>();
    waiting.push_back(outcome->get_future());
    database.write(std::move(job), [outcome](Result<void> result) { outcome->set_value(std::move(result)); });
  };
  write([all_queued](Session&) -> Result<void> {
    all_queued.wait();
    return {};
  });
  for (const auto& job : jobs) write(job);
  queued.set_value();
  std::vector<Result<void>> outcomes;
  for (auto& one : waiting) outcomes.push_back(one.get());
  outcomes.erase(outcomes.begin());
  return outcomes;
}

TEST_F(PendingWritesTest, OneLostClaimOfABatchTakesNothingWithIt) {
  Node a(place, "a");
  std::vector<ConversationRow> rows;
  std::vector<Database::Job> jobs;
  for (int i = 0; i < 70; ++i) rows.push_back(a.make());
  rows[40].claim->generation = 7;
  for (const auto& row : rows) jobs.push_back(Node::append(row, 1));
  const auto outcomes = in_one_batch(*a.database, jobs);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(outcomes[i].ok(), i != 40) << i;
    EXPECT_EQ(testing::numbers(*a.database, rows[i].id).value().size(), i != 40 ? 1U : 0U) << i;
  }
  EXPECT_TRUE(is_claim_lost(outcomes[40].error()));
}

TEST_F(PendingWritesTest, SeveralAppendsToOneConversationInABatchKeepTheirOrderAndTheNewestRow) {
  Node a(place, "a");
  auto row = a.make();
  std::vector<Database::Job> jobs;
  for (int i = 1; i <= 50; ++i) {
    row.body = std::to_string(i);
    jobs.push_back(Node::append(row, i));
  }
  EXPECT_THAT(in_one_batch(*a.database, jobs), Each(::testing::Property(&Result<void>::ok, true)));
  const auto stored = testing::numbers(*a.database, row.id).value();
  ASSERT_EQ(stored.size(), 50U);
  EXPECT_TRUE(std::is_sorted(stored.begin(), stored.end()));
  EXPECT_EQ(a.store.get(row.id)->body, "50");
}

/// Appends an event with this body under the row's claim.
Database::Job append_text(const ConversationRow& row, std::string text) {
  return [row, text = std::move(text)](Session& session) -> Result<void> {
    const auto end = event_store::end_of(session, row.id, row.claim);
    event_store::insert_later(session, row.id, {end.seq + 1, new_uuid(), "K", "", end.timestamp + 1, text},
                              row.claim);
    conversation_rows::save_claimed_later(session, row);
    return {};
  };
}

TEST_F(PendingWritesTest, TextsOfEveryKindOfABatchAreStoredAsTheyAre) {
  Node a(place, "a");
  auto row = a.make();
  row.body = R"({"a":"\\"})";
  const std::vector<std::string> texts = {"",         "NULL",          "{a,b}",
                                          R"("\",')", "ü\U0001F600\n", std::string(70'000, 'x')};
  std::vector<Database::Job> jobs;
  for (const auto& text : texts) jobs.push_back(append_text(row, text));
  EXPECT_THAT(in_one_batch(*a.database, jobs), Each(::testing::Property(&Result<void>::ok, true)));
  std::vector<std::string> stored;
  EXPECT_TRUE(a.database->read([&](Session& session) -> Result<void> {
    event_store::visit(session, row.id, {}, INT64_MAX, [&](EventRow& event) {
      EXPECT_EQ(event.source, "");
      stored.push_back(std::move(event.body));
      return true;
    });
    return {};
  }));
  EXPECT_EQ(stored, texts);
  EXPECT_EQ(a.store.get(row.id)->body, row.body);
}

TEST_F(PendingWritesTest, OneTextOfABatchThatCannotBeStoredTakesNothingWithIt) {
  Node a(place, "a");
  const auto row = a.make();
  const auto outcomes =
      in_one_batch(*a.database, {append_text(row, "1"), append_text(row, std::string("a\0b", 3)),
                                 append_text(row, "\xff"), append_text(row, "2")});
  EXPECT_TRUE(outcomes[0]);
  EXPECT_EQ(outcomes[1].error().message, "storage: text holds a NUL byte");
  EXPECT_EQ(outcomes[2].error().message, "storage: text is not UTF-8");
  EXPECT_TRUE(outcomes[3]);
  EXPECT_THAT(testing::numbers(*a.database, row.id).value(), ElementsAre(1, 2));
}

TEST_F(PendingWritesTest, AnOwnerThatComesBackReadsAnewWhereTheLogEnds) {
  auto a = std::make_unique<Node>(place, "a");
  Node b(place, "b");
  auto row = a->make();
  EXPECT_TRUE(a->write(row, 1));
  EXPECT_TRUE(a->write(row, 2));
  // Its database stays open, as of a server that lost a conversation and went on.
  a->claims = std::move(Claims::start(*a->database, {.name = "other", .node = "other"})).value();
  row.claim = b.claims->take(row.id).value();
  EXPECT_TRUE(b.write(row, 3));
  b.claims.reset();
  row.claim = a->claims->take(row.id).value();
  EXPECT_TRUE(a->write(row, 4));
  EXPECT_THAT(testing::numbers(*a->database, row.id).value(), ElementsAre(1, 2, 3, 4));
}

TEST_F(PendingWritesTest, WhatWasRolledBackIsNotTakenForTheEnd) {
  Node a(place, "a");
  const auto row = a.make();
  EXPECT_TRUE(a.write(row, 1));
  EXPECT_FALSE(a.database->write_and_wait([&](Session& session) -> Result<void> {
    if (auto stored = Node::append(row, 2)(session); !stored) return stored;
    return invalid("no");
  }));
  EXPECT_TRUE(a.write(row, 3));
  EXPECT_EQ(a.database->read([&](Session& s) { return event_store::end_of(s, row.id).seq; }).value(), 2);
  EXPECT_THAT(testing::numbers(*a.database, row.id).value(), ElementsAre(1, 3));
}

TEST(KnownEndsTest, WithoutAClaimAnEndIsKnownWithinItsTransactionOnly) {
  KnownEnds ends;
  ends.start_transaction();
  ends.set("c", {3, 30}, std::nullopt);
  EXPECT_EQ(ends.find("c", std::nullopt)->seq, 3);
  ends.start_transaction();
  EXPECT_FALSE(ends.find("c", std::nullopt));
  EXPECT_FALSE(ends.find("c", Claim{"s", 1}));
}

TEST(KnownEndsTest, UnderAClaimItIsKnownAsLongAsTheClaimIsTheSame) {
  KnownEnds ends;
  ends.start_transaction();
  ends.set("c", {3, 30}, Claim{"s", 1});
  ends.start_transaction();
  EXPECT_EQ(ends.find("c", Claim{"s", 1})->timestamp, 30);
  EXPECT_FALSE(ends.find("c", Claim{"s", 2}));
  EXPECT_FALSE(ends.find("c", Claim{"t", 1}));
  EXPECT_FALSE(ends.find("c", std::nullopt));
  ends.forget("c");
  EXPECT_FALSE(ends.find("c", Claim{"s", 1}));
}

}  // namespace
}  // namespace collet::storage
