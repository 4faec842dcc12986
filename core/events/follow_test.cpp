#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <random>
#include <thread>

#include "base/id.hpp"
#include "collet/json.hpp"
#include "events/event_log.hpp"
#include "storage/database.hpp"
#include "storage/testing/each_database.hpp"

namespace collet::events {
namespace {

using storage::Database;

Draft draft(int n, std::size_t padding = 0) {
  return {new_uuid(), "K", "agent",
          "\"source\":\"agent\",\"n\":" + std::to_string(n) + ",\"p\":\"" + std::string(padding, 'p') +
              "\",\"kind\":\"K\"}"};
}
/// The number in a frame: of an event 1, 2, 3 …; of a transient frame "t7" -> -7.
int number(const Frame& frame) {
  if (frame->front() == 't') return -std::stoi(frame->substr(1));
  return static_cast<int>(json::int_at(*json::parse(*frame), "n").value_or(0));
}
Frame transient(int n) { return std::make_shared<const std::string>("t" + std::to_string(n)); }

/// A reader that waits for its wake.
class Reader {
 public:
  Reader(EventLog& log, std::optional<std::int64_t> after, std::size_t at_once, Frame first = nullptr)
      : at_once_(at_once) {
    auto followed = log.follow("c", after, std::move(first), [signal = signal_] { signal->raise(); });
    EXPECT_TRUE(followed.ok());
    subscription_ = std::move(*followed);
  }
  /// Takes once.
  std::vector<int> take() {
    std::vector<int> numbers;
    for (const auto& taken : subscription_->take(at_once_)) {
      numbers.push_back(number(taken.frame));
      EXPECT_EQ(taken.seq > 0, numbers.back() > 0);
    }
    return numbers;
  }
  /// Takes what is there.
  std::vector<int> drain() {
    std::vector<int> all;
    for (auto some = take(); !some.empty(); some = take()) all.insert(all.end(), some.begin(), some.end());
    return all;
  }
  /// Reads and waits until the event `last` came.
  std::vector<int> read_until(int last) {
    std::vector<int> all;
    while (all.empty() || all.back() != last) {
      const auto some = drain();
      if (some.empty()) signal_->wait();
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }
  bool woken() { return signal_->lower(); }

 private:
  struct Signal {
    std::mutex mutex;
    std::condition_variable changed;
    bool up = false;
    void raise() {
      const std::lock_guard lock(mutex);
      up = true;
      changed.notify_all();
    }
    bool lower() {
      const std::lock_guard lock(mutex);
      return std::exchange(up, false);
    }
    void wait() {
      std::unique_lock lock(mutex);
      ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(20), [this] { return up; })) << "never woken";
      up = false;
    }
  };
  std::shared_ptr<Signal> signal_ = std::make_shared<Signal>();
  std::size_t at_once_;
  std::shared_ptr<Subscription> subscription_;
};

std::vector<int> range(int first, int last) {
  std::vector<int> numbers;
  for (int n = first; n <= last; ++n) numbers.push_back(n);
  return numbers;
}

class FollowTest : public storage::testing::OnEachDatabase {
 protected:
  void append(int first, int last, std::size_t padding = 0) {
    std::promise<void> done;
    std::vector<Draft> drafts;
    for (int n = first; n <= last; ++n) drafts.push_back(draft(n, padding));
    log->append("c", std::move(drafts), {}, [&](auto result) {
      EXPECT_TRUE(result.ok());
      done.set_value();
    });
    done.get_future().wait();
  }
  std::unique_ptr<Database> database = place.open({.synchronous = storage::Synchronous::kNormal});
  std::unique_ptr<EventLog> log = std::make_unique<EventLog>(
      *database,
      EventLog::Limits{
          .subscribers_per_conversation = 49, .tail_events = 16, .tail_bytes = 4000, .transient_bytes = 100});
};
COLLET_ON_EACH_DATABASE(FollowTest);

TEST_P(FollowTest, FromTheStart_ReadsTheLogThenFollows) {
  append(1, 40);
  Reader reader(*log, 0, 1000);
  EXPECT_EQ(reader.drain(), range(1, 40));
  append(41, 42);
  EXPECT_TRUE(reader.woken());
  EXPECT_EQ(reader.drain(), range(41, 42));
  EXPECT_TRUE(reader.drain().empty());
  EXPECT_FALSE(reader.woken());
}

TEST_P(FollowTest, Deliveries_HaveTheirSeq) {
  append(1, 3);
  const auto followed = log->follow("c", 1, transient(9), [] {});
  append(4, 4);
  std::vector<std::int64_t> seqs;
  for (const auto& delivery : (*followed)->take(10'000)) seqs.push_back(delivery.seq);
  EXPECT_EQ(seqs, (std::vector<std::int64_t>{0, 2, 3, 4}));
}

TEST_P(FollowTest, FromNow_SkipsWhatWas) {
  append(1, 40);
  Reader reader(*log, std::nullopt, 1000, transient(99));
  EXPECT_EQ(reader.drain(), (std::vector<int>{-99}));
  append(41, 41);
  EXPECT_EQ(reader.drain(), (std::vector<int>{41}));
}

TEST_P(FollowTest, FarBehind_ReadsFromTheDatabase) {
  Reader reader(*log, 0, 500);
  append(1, 400, 50);
  EXPECT_EQ(reader.take(), range(1, 3));  // some 200 bytes each
  EXPECT_EQ(reader.drain(), range(4, 400));
}

TEST_P(FollowTest, Transient_ComesBehindWhatWasCommittedBeforeIt) {
  append(1, 30);
  Reader reader(*log, 0, 100);
  log->broadcast("c", transient(1));
  append(31, 32);
  log->broadcast("c", transient(2));
  auto expected = range(1, 30);
  expected.push_back(-1);
  for (const int n : {31, 32, -2}) expected.push_back(n);
  EXPECT_EQ(reader.drain(), expected);
}

TEST_P(FollowTest, Transient_OldestAreDroppedBeyondTheBound) {
  Reader reader(*log, 0, 10'000);
  for (int n = 100; n < 200; ++n) log->broadcast("c", transient(n));  // 4 bytes each
  const auto frames = reader.drain();
  EXPECT_EQ(frames.size(), 25U);
  EXPECT_EQ(frames.back(), -199);
}

TEST_P(FollowTest, TooManySubscribers_AreRefused) {
  std::vector<std::shared_ptr<Subscription>> held;
  held.reserve(49);
  for (int i = 0; i < 49; ++i) held.push_back(log->follow("c", 0, nullptr, [] {}).value());
  EXPECT_EQ(log->follow("c", 0, nullptr, [] {}).error().kind, Error::Kind::kUnavailable);
  held.pop_back();
  EXPECT_TRUE(log->follow("c", 0, nullptr, [] {}).ok());
}

TEST_P(FollowTest, DeletedConversation_EndsQuietly) {
  append(1, 40);
  Reader reader(*log, 0, 200);
  ASSERT_TRUE(database
                  ->write_and_wait([](storage::Session& session) -> Result<void> {
                    session.execute("DELETE FROM events");
                    return {};
                  })
                  .ok());
  log->forget("c");
  EXPECT_TRUE(reader.drain().empty());
}

TEST_P(FollowTest, DroppedInsideItsOwnWake_IsFine) {
  for (int round = 0; round < 50; ++round) {
    auto holder = std::make_shared<std::shared_ptr<Subscription>>();
    *holder = log->follow("c", std::nullopt, nullptr, [holder] { holder->reset(); }).value();
    append(round, round);
    EXPECT_EQ(*holder, nullptr);
  }
}

TEST_P(FollowTest, ManyReadersAndWriters_NothingIsLostDoubledOrReordered) {
  constexpr int kEvents = 1500;
  std::atomic<bool> failed{false};
  // Four writers share the counter that gives the order in which they append.
  std::mutex order;
  int next = 1;
  std::atomic<int> committed{0};
  std::atomic<int> following{0};
  const auto write = [&] {
    for (;;) {
      const std::lock_guard lock(order);
      if (next > kEvents) return;
      const int n = next++;
      log->append("c", {draft(n, static_cast<std::size_t>(n % 300))}, {}, [&, n](auto result) {
        if (!result.ok() || result->front().seq != n) failed = true;
        committed = n;
        log->broadcast("c", transient(n));
      });
    }
  };
  const auto read = [&](unsigned seed) {
    std::mt19937 random(seed);
    while (committed < static_cast<int>(random() % kEvents)) std::this_thread::yield();
    const bool from_now = random() % 3 == 0;
    const int after = from_now ? 0 : static_cast<int>(random() % static_cast<unsigned>(committed + 1));
    Reader reader(*log, from_now ? std::nullopt : std::optional<std::int64_t>(after), 100 + random() % 4000);
    ++following;
    int last = after;
    bool first = true;
    for (const int n : reader.read_until(kEvents + 1)) {
      if (n < 0) {
        // Sent when event -n was published: all up to it came before. (Dropped ones leave no trace.)
        if (-n > last && !(first && from_now)) failed = true;
        continue;
      }
      if (!(first && from_now) && n != last + 1) failed = true;
      first = false;
      last = n;
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 12; ++i) threads.emplace_back([&, i] { read(i); });
  for (int i = 0; i < 4; ++i) threads.emplace_back(write);
  while (committed < kEvents || following < 12) std::this_thread::yield();
  append(kEvents + 1, kEvents + 1);  // tells the readers that it is over
  for (auto& thread : threads) thread.join();
  EXPECT_FALSE(failed);
}

}  // namespace
}  // namespace collet::events
