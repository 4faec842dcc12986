#include "events/event_log.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <map>
#include <random>
#include <thread>

#include "base/id.hpp"
#include "collet/json.hpp"
#include "events/event_filter.hpp"
#include "storage/conversation_store.hpp"
#include "storage/database.hpp"
#include "storage/testing/each_database.hpp"

namespace collet::events {
namespace {

using storage::Database;

Draft draft(std::string kind, std::string source, const std::string& more = "") {
  return {new_uuid(), kind, source, "\"source\":\"" + source + "\"," + more + "\"kind\":\"" + kind + "\"}"};
}
Draft message(const std::string& text, const std::string& source = "user") {
  return draft("MessageEvent", source,
               R"("llm_message":{"role":"user","content":[{"type":"text","text":")" + text + "\"}]},");
}

class EventLogTest : public storage::testing::OnEachDatabase {
 protected:
  std::vector<Event> append(std::vector<Draft> drafts, const std::string& conversation = "c",
                            std::optional<storage::ConversationRow> row = {}) {
    std::promise<Result<std::vector<Event>>> outcome;
    log->append(conversation, std::move(drafts), std::move(row),
                [&](Result<std::vector<Event>> result) { outcome.set_value(std::move(result)); });
    auto result = outcome.get_future().get();
    EXPECT_TRUE(result.ok());
    return result.ok() ? *result : std::vector<Event>{};
  }
  void fill() {
    append({draft("SystemPromptEvent", "agent"), message("Say Hello, ÉCOLE"),
            draft("ActionEvent", "agent", R"("thought":"hello",)"), draft("ObservationEvent", "environment"),
            draft("ActionEvent", "agent"), message("hello back", "agent"), draft("ActionEvent", "agent")});
  }
  std::vector<std::int64_t> seqs(const Query& query) {
    std::vector<std::int64_t> found;
    auto page = log->search("c", query);
    EXPECT_TRUE(page.ok());
    for (const auto& event : page->items) found.push_back(event.seq);
    return found;
  }
  void reopen() {
    log.reset();
    database.reset();
    database = place.open();
    log = std::make_unique<EventLog>(*database);
  }

  using Seqs = std::vector<std::int64_t>;
  std::unique_ptr<Database> database = place.open();
  std::unique_ptr<EventLog> log = std::make_unique<EventLog>(*database);
};
COLLET_ON_EACH_DATABASE(EventLogTest);

TEST_P(EventLogTest, Append_GivesSeqAndGrowingTimestamps) {
  const auto first = append({message("a"), message("b")});
  const auto second = append({message("c")});
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].seq, 1);
  EXPECT_EQ(second[0].seq, 3);
  EXPECT_LT(first[0].timestamp, first[1].timestamp);
  EXPECT_LT(first[1].timestamp, second[0].timestamp);
  const auto parsed = json::parse(*first[0].body);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(json::string_or(*parsed, "id"), first[0].id);
  EXPECT_EQ(json::string_or(*parsed, "timestamp"), first[0].timestamp);
  EXPECT_EQ(append({message("x")}, "other")[0].seq, 1);
}

TEST_P(EventLogTest, Append_StoresTheRowInTheSameTransaction) {
  const auto id = new_uuid();
  const auto events = append({message("a")}, id, storage::ConversationRow{id, "running", 1, 1, "{}"});
  auto row = storage::ConversationStore(*database).get(id);
  ASSERT_TRUE(row.ok());
  EXPECT_EQ(row->status, "running");
  EXPECT_EQ(event_timestamp(row->updated_at), events[0].timestamp);
}

TEST_P(EventLogTest, Append_DoubleIdStoresNothing) {
  auto twice = message("a");
  append({twice});
  std::promise<Result<std::vector<Event>>> outcome;
  log->append("c", {message("b"), twice}, {}, [&](auto result) { outcome.set_value(std::move(result)); });
  EXPECT_EQ(outcome.get_future().get().error().kind, Error::Kind::kConflict);
  EXPECT_EQ(log->last_seq("c").value(), 1);
  EXPECT_EQ(append({message("c")})[0].seq, 2);
}

TEST_P(EventLogTest, Append_ClockGoneBackStillGrowsAcrossRestarts) {
  ASSERT_TRUE(
      database
          ->write_and_wait([](storage::Session& session) -> Result<void> {
            session.execute(
                "INSERT INTO events (tenant, conversation_id, seq, id, kind, source, timestamp, body) "
                "VALUES ('default', 'c', 1, 'x', 'K', 's', :at, '{}')",
                {now_micros() + 3'600'000'000});
            return {};
          })
          .ok());
  reopen();
  const auto before = log->get("c", "x").value();
  const auto events = append({message("a"), message("b")});
  EXPECT_LT(before.timestamp, events[0].timestamp);
  EXPECT_LT(events[0].timestamp, events[1].timestamp);
}

TEST_P(EventLogTest, Search_FiltersByKindShortAndLong) {
  fill();
  EXPECT_EQ(seqs({}), (Seqs{1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(seqs({.kind = "ActionEvent"}), (Seqs{3, 5, 7}));
  EXPECT_EQ(seqs({.kind = "openhands.sdk.event.llm_convertible.action.ActionEvent"}), (Seqs{3, 5, 7}));
  EXPECT_EQ(seqs({.kind = "Zzz"}), Seqs{});
  EXPECT_EQ(seqs({.source = "agent"}), (Seqs{1, 3, 5, 6, 7}));
  EXPECT_EQ(seqs({.kind = "MessageEvent", .source = "agent"}), Seqs{6});
  EXPECT_EQ(seqs({.kind = "ActionEvent", .descending = true}), (Seqs{7, 5, 3}));
}

TEST_P(EventLogTest, Search_BodyFindsMessagesOnlyInAnyCase) {
  fill();
  EXPECT_EQ(seqs({.body = "HELLO"}), (Seqs{2, 6}));
  EXPECT_EQ(seqs({.body = "école"}), Seqs{2});
  EXPECT_EQ(seqs({.kind = "ActionEvent", .body = "hello"}), Seqs{});
  EXPECT_EQ(seqs({.source = "agent", .body = "hello", .descending = true}), Seqs{6});
  EXPECT_EQ(log->count("c", {.body = "hello"}).value(), 2);
  auto page = log->search("c", {.body = "hello", .limit = 1});
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(seqs({.body = "hello", .page_id = page->next_page_id, .limit = 1}), Seqs{6});
}

TEST_P(EventLogTest, Search_PagesBeginWithTheirId) {
  fill();
  Query query{.kind = "ActionEvent", .limit = 2};
  auto page = log->search("c", query);
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->items.size(), 2U);
  query.page_id = page->next_page_id;
  EXPECT_EQ(seqs(query), Seqs{7});
  EXPECT_TRUE(log->search("c", query)->next_page_id.empty());
  query.descending = true;
  EXPECT_EQ(seqs(query), (Seqs{7, 5}));
  query.page_id = "zzz";
  query.descending = false;
  EXPECT_EQ(seqs(query), (Seqs{3, 5}));
}

TEST_P(EventLogTest, Search_BoundsInTime) {
  append({message("a"), message("b"), message("c")});
  const auto at = parse_timestamp(log->search("c", {})->items[1].timestamp);
  ASSERT_TRUE(at);
  EXPECT_EQ(seqs({.timestamp_gte = at}), (Seqs{2, 3}));
  EXPECT_EQ(seqs({.timestamp_lt = at}), Seqs{1});
  EXPECT_EQ(log->count("c", {.timestamp_gte = at}).value(), 2);
  EXPECT_EQ(log->count("c", {.timestamp_lt = at}).value(), 1);
  EXPECT_EQ(log->seq_before("c", *at).value(), 1);
}

TEST_P(EventLogTest, Count_FollowsTheFilters) {
  fill();
  EXPECT_EQ(log->count("c", {}).value(), 7);
  EXPECT_EQ(log->count("c", {.kind = "ActionEvent"}).value(), 3);
  EXPECT_EQ(log->count("c", {.source = "user"}).value(), 1);
  EXPECT_EQ(log->count("none", {}).value(), 0);
}

TEST_P(EventLogTest, Get_KnowsItsOwnConversationOnly) {
  const auto event = append({message("a")})[0];
  EXPECT_EQ(*log->get("c", event.id)->body, *event.body);
  EXPECT_EQ(log->get("other", event.id).error().kind, Error::Kind::kNotFound);
  EXPECT_EQ(log->get("c", "zzz").error().kind, Error::Kind::kNotFound);
}

// A page must cost the same in a long conversation: no plan may scan or sort.
TEST_P(EventLogTest, Search_UsesAnIndexForEveryFilter) {
  if (place.is_postgresql()) GTEST_SKIP() << "a plan of PostgreSQL depends on what is stored";
  const auto plan = [&](const std::string& where, const std::string& order) {
    std::string text;
    auto outcome = database->read([&](storage::Session& session) -> Result<void> {
      session.query<std::int64_t, std::int64_t, std::int64_t, std::string>(
          "EXPLAIN QUERY PLAN SELECT seq, body FROM events WHERE tenant = 'default' AND conversation_id = "
          "'c'" +
              where + " AND seq >= 5 AND seq <= 99999" + order,
          {}, [&](auto, auto, auto, std::string& detail) { text += detail + "\n"; });
      return {};
    });
    EXPECT_TRUE(outcome.ok());
    return text;
  };
  for (const std::string where :
       {"", " AND kind = 'K'", " AND source = 's'", " AND kind = 'K' AND source = 's'"})
    for (const std::string order : {" ORDER BY seq LIMIT 3", " ORDER BY seq DESC LIMIT 3"}) {
      const auto text = plan(where, order);
      std::string index;
      EXPECT_NE(text.find("SEARCH events USING"), std::string::npos) << text;
      EXPECT_EQ(text.find("TEMP B-TREE"), std::string::npos) << text;
      if (where == " AND kind = 'K'") index = "events_kind";
      if (where == " AND source = 's'") index = "events_source";
      EXPECT_NE(text.find(index), std::string::npos) << text;
    }
}

TEST(EventFilter_FoldCase, KnowsLettersBeyondAscii) {
  EXPECT_EQ(fold_case("ÄÖ Straße ΑΒΓ ЖЯ \xff!"), "äö straße αβγ жя \xff!");
}

/// Appends without end from four threads and writes each acknowledged seq of its conversation into the pipe.
[[noreturn]] void append_until_killed(const storage::testing::Place& place, int journal) {
  auto database = place.open();
  EventLog log(*database);
  std::vector<std::thread> threads;
  for (char name = 'a'; name < 'e'; ++name)
    threads.emplace_back([&log, name, journal] {
      for (;;) {
        std::promise<std::int64_t> done;
        log.append(std::string(1, name), {message("x"), message("y")}, {},
                   [&](auto result) { done.set_value(result.ok() ? result->back().seq : -1); });
        const std::string line = std::string(1, name) + std::to_string(done.get_future().get()) + "\n";
        if (::write(journal, line.data(), line.size()) < 0) ::_exit(4);
      }
    });
  for (;;) ::pause();
}

class EventLog_Killed : public storage::testing::OnEachDatabase {};
COLLET_ON_EACH_DATABASE(EventLog_Killed);

TEST_P(EventLog_Killed, WhatWasAcknowledgedIsThereWithoutGaps) {
  std::map<char, std::int64_t> acknowledged;
  std::mt19937 random(7);
  for (int round = 0; round < 6; ++round) {
    int journal[2];
    ASSERT_EQ(::pipe(journal), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(journal[0]);
      append_until_killed(place, journal[1]);
    }
    ::close(journal[1]);
    // Kill it after a random number of acknowledgements; some are still in the pipe then.
    const auto lines = 5 + random() % 200;
    std::string text;
    char buffer[4096];
    for (ssize_t size = 0; (size = ::read(journal[0], buffer, sizeof buffer)) > 0;) {
      text.append(buffer, static_cast<std::size_t>(size));
      if (static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) >= lines)
        ::kill(child, SIGKILL);
    }
    ::close(journal[0]);
    ::waitpid(child, nullptr, 0);
    for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
      acknowledged[text[at]] =
          std::max(acknowledged[text[at]], std::int64_t{std::stol(text.substr(at + 1, end - at))});

    auto database = place.open();
    EventLog log(*database);
    for (char name = 'a'; name < 'e'; ++name) {
      const auto events = log.read(std::string(1, name), 0, INT32_MAX).value();
      ASSERT_GE(static_cast<std::int64_t>(events.size()), acknowledged[name]);
      for (std::size_t i = 0; i < events.size(); ++i)
        ASSERT_EQ(events[i].seq, static_cast<std::int64_t>(i) + 1);
      ASSERT_TRUE(std::is_sorted(events.begin(), events.end(), [](const auto& a, const auto& b) {
        return a.timestamp <= b.timestamp && a.seq < b.seq;
      }));
    }
  }
  EXPECT_EQ(acknowledged.size(), 4U);
}

}  // namespace
}  // namespace collet::events
