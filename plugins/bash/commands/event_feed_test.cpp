#include "commands/event_feed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

#include "testing/kept_sessions.hpp"
#include "testing/memory_log.hpp"

namespace collet::bash {
namespace {

using ::testing::ElementsAreArray;

class EventFeedTest : public ::testing::Test {
 protected:
  EventFeedTest() { make({}); }
  void make(EventFeed::Limits limits) {
    feed_.reset();
    feed_ = std::make_unique<EventFeed>(sessions_.sessions(), history_, limits,
                                        [this](const std::string&) { ++failures_; });
  }
  void append(int from, int to) {
    for (int i = from; i <= to; ++i) history_.append(BashCommand{std::to_string(i), 0, "", {}, 1});
  }
  // The ids of the commands that a session was sent.
  std::vector<int> ids(SessionId session, std::size_t count) {
    std::vector<int> found;
    for (const auto& text : sessions_.wait_for(session, count))
      found.push_back(std::stoi(text.substr(text.find("\"id\":\"") + 6)));
    return found;
  }
  static std::vector<int> range(int from, int to) {
    std::vector<int> all;
    for (int i = from; i <= to; ++i) all.push_back(i);
    return all;
  }

  testing::MemoryLog log_;
  EventHistory history_{log_};
  testing::KeptSessions sessions_;
  std::atomic<int> failures_{0};
  std::unique_ptr<EventFeed> feed_;
};

TEST_F(EventFeedTest, old_events_first_then_new_ones_each_once) {
  append(1, 100);
  sessions_.open(1);
  sessions_.open(2);
  feed_->add(1, true);
  feed_->add(2, false);
  append(101, 200);
  EXPECT_THAT(ids(1, 200), ElementsAreArray(range(1, 200)));
  EXPECT_THAT(ids(2, 100), ElementsAreArray(range(101, 200)));
}

TEST_F(EventFeedTest, a_slow_reader_reads_on_from_the_history) {
  append(1, 5);
  sessions_.open(1, 3);
  sessions_.open(2, 20);
  feed_->add(1, true);
  feed_->add(2, false);
  ids(1, 3);
  append(6, 100);
  ids(2, 20);
  sessions_.make_room(2, 1000);
  feed_->drained(2);
  EXPECT_THAT(ids(2, 95), ElementsAreArray(range(6, 100)));
  sessions_.make_room(1, 1000);
  feed_->drained(1);
  EXPECT_THAT(ids(1, 100), ElementsAreArray(range(1, 100)));
}

TEST_F(EventFeedTest, writers_on_several_threads_keep_the_order) {
  for (SessionId session = 1; session <= 8; ++session) {
    sessions_.open(session, 10 * session);
    feed_->add(session, session % 2 == 0);
  }
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer)
    writers.emplace_back([this, writer] { append(writer * 1000 + 1, writer * 1000 + 200); });
  for (auto& writer : writers) writer.join();
  std::vector<int> stored;
  for (const auto& record : history_.read(1, 10'000))
    stored.push_back(std::stoi(record.text.substr(record.text.find("\"id\":\"") + 6)));
  for (SessionId session = 1; session <= 8; ++session) {
    ids(session, 10 * session);
    sessions_.make_room(session, 10'000);
    feed_->drained(session);
    EXPECT_THAT(ids(session, 800), ElementsAreArray(stored)) << session;
  }
}

TEST_F(EventFeedTest, erased_events_are_not_waited_for) {
  append(1, 20);
  history_.clear();
  sessions_.open(1);
  feed_->add(1, true);
  append(21, 30);
  EXPECT_THAT(ids(1, 10), ElementsAreArray(range(21, 30)));
}

TEST_F(EventFeedTest, own_texts_wait_for_room_and_are_bounded) {
  make({.readers = 2, .own_texts = 2});
  sessions_.open(1, 1);
  feed_->add(1, false);
  for (const char* text : {"a", "b", "c"}) feed_->tell(1, text);
  sessions_.make_room(1, 10);
  feed_->drained(1);
  EXPECT_THAT(sessions_.wait_for(1, 3), ElementsAreArray({"a", "b", "c"}));
  sessions_.open(2, 0);
  feed_->add(2, false);
  for (const char* text : {"a", "b", "c"}) feed_->tell(2, text);
  EXPECT_EQ(sessions_.wait_for_close(2), 1013);
}

TEST_F(EventFeedTest, too_many_readers_are_refused_until_one_goes) {
  make({.readers = 1, .own_texts = 2});
  for (SessionId session = 1; session <= 3; ++session) sessions_.open(session);
  feed_->add(1, false);
  feed_->add(2, false);
  EXPECT_EQ(sessions_.wait_for_close(2), 1013);
  feed_->remove(1);
  feed_->add(3, false);
  append(1, 1);
  EXPECT_THAT(ids(3, 1), ElementsAreArray({1}));
}

}  // namespace
}  // namespace collet::bash
