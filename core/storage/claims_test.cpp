#include "storage/claims.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "base/id.hpp"
#include "storage/conversation_rows.hpp"
#include "storage/conversation_store.hpp"
#include "storage/testing/each_database.hpp"

namespace collet::storage {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// One of several servers on a database.
struct Node {
  Node(const testing::Place& place, const std::string& name, std::chrono::milliseconds lease = 60s,
       std::chrono::milliseconds beat = 20ms)
      : database(std::move(Database::open_postgresql(place.url())).value()),
        claims(std::move(Claims::start(*database, {name, name, lease, beat})).value()) {}

  Result<void> write(const std::string& id, const Claim& claim) {
    return database->write_and_wait([&](Session& session) -> Result<void> {
      conversation_rows::check(session, id, claim);
      conversation_rows::touch(session, id, 1);
      return {};
    });
  }

  std::unique_ptr<Database> database;
  ConversationStore store{*database};
  std::unique_ptr<Claims> claims;
};

class ClaimsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (place.skipped()) GTEST_SKIP() << testing::kSkipped;
  }
  std::string new_conversation(Node& node, const std::string& status = "idle") {
    ConversationRow row;
    row.id = new_uuid();
    row.status = status;
    row.body = "{}";
    row.claim = node.claims->first();
    EXPECT_TRUE(node.store.create(row));
    return row.id;
  }

  testing::Place place{testing::Kind::kPostgresql};
};

TEST_F(ClaimsTest, ALiveOwnerKeepsWhatItHas) {
  Node a(place, "host-a:1");
  Node b(place, "host-b:2");
  const auto id = new_conversation(a);
  EXPECT_TRUE(a.write(id, a.claims->first()));
  const auto refused = b.claims->take(id);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Error::Kind::kConflict);
  EXPECT_THAT(refused.error().message, HasSubstr("host-a:1"));
  EXPECT_EQ(b.claims->take(new_uuid()).error().kind, Error::Kind::kNotFound);
}

TEST_F(ClaimsTest, ACleanStopGivesUpAtOnce) {
  Node b(place, "b");
  std::string id;
  {
    Node a(place, "a");
    id = new_conversation(a);
  }
  const auto claim = b.claims->take(id);
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->generation, 2);
  EXPECT_TRUE(b.write(id, *claim));
}

TEST_F(ClaimsTest, AnOwnerThatWasPausedNeverWritesAgain) {
  Node b(place, "b", 100ms, 20ms);
  Node paused(place, "paused", 100ms, 1h);  // its heart does not beat
  const auto id = new_conversation(paused);
  const auto first = paused.claims->first();
  EXPECT_TRUE(paused.write(id, first));
  const auto until = std::chrono::steady_clock::now() + 10s;
  auto taken = b.claims->take(id);
  while (!taken && std::chrono::steady_clock::now() < until) taken = b.claims->take(id);
  ASSERT_TRUE(taken);
  const auto late = paused.write(id, first);
  ASSERT_FALSE(late);
  EXPECT_TRUE(is_claim_lost(late.error()));
  EXPECT_EQ(*paused.claims->holds(id, first), false);
  EXPECT_EQ(*b.claims->holds(id, *taken), true);
  EXPECT_TRUE(is_claim_lost(paused.store.remove(id, first).error()));
  EXPECT_TRUE(b.store.remove(id, *taken));
}

TEST_F(ClaimsTest, ANodeThatStartsAgainHasNotToWaitForItself) {
  Node crashed(place, "a", 1h, 1h);
  const auto id = new_conversation(crashed);
  Node again(place, "a", 1h, 1h);
  EXPECT_TRUE(again.claims->take(id));
  collet::testing::TemporaryFolder folder;
  const auto node = node_of(folder.path());
  ASSERT_TRUE(node);
  EXPECT_EQ(*node_of(folder.path()), *node);
}

TEST_F(ClaimsTest, OneOfManyTakesIt) {
  std::string id;
  {
    Node gone(place, "gone");
    id = new_conversation(gone);
  }
  std::vector<std::unique_ptr<Node>> nodes;
  for (int i = 0; i < 4; ++i) nodes.push_back(std::make_unique<Node>(place, std::to_string(i)));
  std::vector<std::future<bool>> taking;
  for (auto& node : nodes)
    taking.push_back(std::async(std::launch::async, [&] { return node->claims->take(id).ok(); }));
  int owners = 0;
  for (auto& one : taking) owners += one.get() ? 1 : 0;
  EXPECT_EQ(owners, 1);
}

TEST_F(ClaimsTest, OrphansAreThoseWhoseOwnerIsGone) {
  Node b(place, "b");
  const auto of_a_live_one = new_conversation(b, "running");
  std::string orphan;
  {
    Node a(place, "a");
    orphan = new_conversation(a, "running");
    new_conversation(a, "idle");
    EXPECT_THAT(*b.claims->orphans("running"), IsEmpty());
  }
  EXPECT_THAT(*b.claims->orphans("running"), ElementsAre(orphan));
}

TEST_F(ClaimsTest, TwoServersDoNotMakeOneConversationTwice) {
  Node a(place, "a");
  Node b(place, "b");
  ConversationRow row;
  row.id = new_conversation(a);
  row.status = "idle";
  row.claim = b.claims->first();
  EXPECT_EQ(b.store.create(row).error().kind, Error::Kind::kConflict);
  EXPECT_TRUE(a.write(row.id, a.claims->first()));
}

}  // namespace
}  // namespace collet::storage
