#include "commands/event_history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collet/json.hpp"
#include "commands/event_purge.hpp"
#include "testing/memory_log.hpp"

namespace collet::bash {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Micros kSecond = 1'000'000;
const Micros kStart = *parse_timestamp("2026-03-01T12:00:00Z");

class EventHistoryTest : public ::testing::Test {
 protected:
  // Event `number` happened that many seconds after the start, and says so.
  void add(int number) {
    history_.append(BashOutput{
        new_id(), kStart + number * kSecond, command_, number, std::nullopt, std::to_string(number), {}});
  }
  void add_up_to(int count) {
    for (int number = 0; number < count; ++number) add(number);
  }
  std::vector<std::string> search(const EventSearch& search, std::string* next = nullptr) {
    const auto before = log_.reads();
    const auto page = json::parse(history_.search(search));
    reads_ = log_.reads() - before;
    std::vector<std::string> found;
    for (const auto& item : page->FindMember("items")->value.GetArray())
      found.push_back(json::string_or(item, "stdout"));
    if (next != nullptr) *next = json::string_or(*page, "next_page_id");
    return found;
  }

  testing::MemoryLog log_;
  EventHistory history_{log_};
  const std::string command_ = new_id();
  std::size_t reads_ = 0;
};

TEST_F(EventHistoryTest, finds_by_time_in_both_directions) {
  add_up_to(100);
  EventSearch between;
  between.timestamp_gte = kStart + 40 * kSecond;
  between.timestamp_lt = kStart + 43 * kSecond;
  EXPECT_THAT(search(between), ElementsAre("40", "41", "42"));
  between.newest_first = true;
  EXPECT_THAT(search(between), ElementsAre("42", "41", "40"));
  between.timestamp_gte = kStart + 98 * kSecond;
  between.timestamp_lt.reset();
  EXPECT_THAT(search(between), ElementsAre("99", "98"));
  between.timestamp_gte = kStart + 100 * kSecond;
  EXPECT_THAT(search(between), IsEmpty());
  between.timestamp_gte.reset();
  between.timestamp_lt = kStart;
  EXPECT_THAT(search(between), IsEmpty());
  between.newest_first = false;
  EXPECT_THAT(search(between), IsEmpty());
}

TEST_F(EventHistoryTest, finds_by_time_what_was_stored_a_little_out_of_order) {
  for (const int number : {0, 1, 2, 13, 12, 10, 11, 20, 21}) add(number);
  EventSearch between;
  between.timestamp_gte = kStart + 11 * kSecond;
  between.timestamp_lt = kStart + 13 * kSecond;
  EXPECT_THAT(search(between), ElementsAre("12", "11"));
  between.newest_first = true;
  EXPECT_THAT(search(between), ElementsAre("11", "12"));
}

TEST_F(EventHistoryTest, a_search_by_time_does_not_read_everything) {
  add_up_to(5000);
  EventSearch late;
  late.timestamp_gte = kStart + 4990 * kSecond;
  late.limit = 3;
  EXPECT_THAT(search(late), ElementsAre("4990", "4991", "4992"));
  EXPECT_LT(reads_, 60U);
  EventSearch early;
  early.timestamp_lt = kStart + 3 * kSecond;
  early.newest_first = true;
  EXPECT_THAT(search(early), ElementsAre("2", "1", "0"));
  EXPECT_LT(reads_, 60U);
  early.newest_first = false;
  EXPECT_THAT(search(early), ElementsAre("0", "1", "2"));
  EXPECT_LT(reads_, 60U);
}

TEST_F(EventHistoryTest, a_filter_that_passes_little_gives_short_pages_and_goes_on) {
  add_up_to(4500);
  EventSearch rare;
  rare.order_gt = 4490;
  rare.limit = 4;
  std::string next;
  std::vector<std::size_t> sizes;
  std::vector<std::string> found;
  do {
    rare.page_id = next;
    const auto page = search(rare, &next);
    EXPECT_LE(reads_, 2100U);
    sizes.push_back(page.size());
    found.insert(found.end(), page.begin(), page.end());
  } while (!next.empty());
  EXPECT_THAT(found, ElementsAre("4491", "4492", "4493", "4494", "4495", "4496", "4497", "4498", "4499"));
  EXPECT_THAT(sizes, ElementsAre(0, 0, 4, 4, 1));
}

TEST_F(EventHistoryTest, only_outputs_have_a_command_id) {
  history_.append(BashCommand{command_, kStart, "echo 0", std::nullopt, 5});
  add(0);
  EventSearch by_command;
  by_command.command_id = command_;
  EXPECT_THAT(search(by_command), ElementsAre("0"));
  by_command.kind = "BashOutput";
  EXPECT_THAT(search(by_command), ElementsAre("0"));
  by_command.kind = "BashCommand";
  EXPECT_THAT(search(by_command), IsEmpty());
}

TEST_F(EventHistoryTest, what_a_command_says_is_not_taken_for_its_moment) {
  history_.append(
      BashCommand{new_id(), kStart + kSecond, R"(echo '"timestamp":"1999-01-01T00:00:00Z"')", {}, 5});
  EventSearch since;
  since.timestamp_gte = kStart;
  EXPECT_EQ(search(since).size(), 1U);
}

TEST_F(EventHistoryTest, purges_what_is_older_piece_by_piece) {
  EXPECT_EQ(history_.purge(kStart), 0);
  add_up_to(2500);
  EXPECT_EQ(history_.purge(kStart), 0);
  EXPECT_EQ(history_.purge(kStart + 2400 * kSecond), 1000);
  EXPECT_EQ(history_.purge(kStart + 2400 * kSecond), 1000);
  EXPECT_EQ(history_.purge(kStart + 2400 * kSecond), 400);
  EXPECT_EQ(history_.purge(kStart + 2400 * kSecond), 0);
  EventSearch first;
  first.limit = 1;
  EXPECT_THAT(search(first), ElementsAre("2400"));
}

TEST_F(EventHistoryTest, moments_increase_also_over_a_restart) {
  const auto first = history_.stamp(), second = history_.stamp();
  EXPECT_LT(first, second);
  const Micros future = second + 3600 * kSecond;
  history_.append(BashOutput{new_id(), future, command_, 0, 0, {}, {}});
  EventHistory reopened(log_);
  EXPECT_EQ(reopened.stamp(), future + 1);
}

TEST(EventPurge, erases_at_once) {
  const auto fail = [](const std::string& error) { ADD_FAILURE() << error; };
  testing::MemoryLog log;
  EventHistory history(log);
  for (int i = 0; i < 2500; ++i) history.append(BashOutput{new_id(), kStart + i, new_id(), 0, 0, "old", {}});
  history.append(BashOutput{new_id(), now_micros(), new_id(), 0, 0, "new", {}});
  const auto loop = std::make_shared<EventLoop>(fail);
  {
    const EventPurge purge(loop, history, std::chrono::seconds(3600), fail);
    while (log.read({{}, 0, false, 2}).size() > 1) std::this_thread::yield();
  }
  EXPECT_NE(log.read({{}, 0, false, 1}).front().text.find("new"), std::string::npos);
  loop->stop();
}

}  // namespace
}  // namespace collet::bash
