// What was acknowledged is there, and once, whatever happens to the server and the connections.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <random>
#include <set>
#include <thread>

#include "storage/database.hpp"
#include "storage/testing/cutting_proxy.hpp"
#include "storage/testing/each_database.hpp"
#include "storage/testing/numbered_rows.hpp"

namespace collet::storage {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using testing::append_number;
using testing::CuttingProxy;
using ::testing::HasSubstr;
using testing::numbers;
using testing::run_sql;

class PostgresqlFaultTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (testing::server_for_tests().empty()) GTEST_SKIP() << testing::kSkipped;
    server = std::make_unique<testing::PostgresqlServer>();
    ASSERT_FALSE(server->url().empty()) << "no server could be started";
    run_sql(server->url(), "CREATE DATABASE collet TEMPLATE template0 ENCODING 'UTF8'");
    url = testing::with_database(server->url(), "collet");
  }
  std::unique_ptr<Database> open(Database::Options options = {}) const {
    return std::move(Database::open_postgresql(url, std::move(options))).value();
  }

  std::uint16_t port() const { return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))); }
  std::string url_through(const CuttingProxy& proxy) const {
    const auto colon = url.rfind(':');
    return url.substr(0, colon + 1) + std::to_string(proxy.port()) + url.substr(url.find('/', colon));
  }

  std::unique_ptr<testing::PostgresqlServer> server;
  std::string url;
};

/// Threads that append numbers and read them back, each in a log of its own, until told to stop.
class Load {
 public:
  Load(Database& database, int threads)
      : database_(database), acknowledged_(static_cast<std::size_t>(threads)) {
    for (int t = 0; t < threads; ++t) threads_.emplace_back([this, t] { work(t); });
  }
  void stop() {
    over_ = true;
    for (auto& thread : threads_) thread.join();
  }
  std::int64_t written() const { return written_; }
  std::int64_t refused() const { return refused_; }

  /// All that was acknowledged is there once; of the rest, nothing twice.
  void check() const {
    for (std::size_t t = 0; t < acknowledged_.size(); ++t) {
      const auto stored = numbers(database_, name(t)).value();
      std::multiset<std::int64_t> found(stored.begin(), stored.end());
      for (const auto number : acknowledged_[t])
        EXPECT_EQ(found.count(number), 1U) << name(t) << " " << number;
      EXPECT_EQ(std::set(stored.begin(), stored.end()).size(), stored.size()) << "doubled in " << name(t);
    }
  }

 private:
  static std::string name(std::size_t thread) { return "log " + std::to_string(thread); }
  void work(int thread) {
    const auto index = static_cast<std::size_t>(thread);
    for (std::int64_t number = 1; !over_; ++number) {
      if (database_.write_and_wait(append_number(name(index), number)).ok()) {
        acknowledged_[index].push_back(number);
        ++written_;
      } else {
        ++refused_;
      }
      if (number % 5 != 0) continue;
      const auto read = numbers(database_, name(index));
      if (read) {
        EXPECT_GE(read->size(), acknowledged_[index].size());
      } else {
        EXPECT_EQ(read.error().kind, Error::Kind::kUnavailable) << read.error().message;
        std::this_thread::sleep_for(20ms);
      }
    }
  }

  Database& database_;
  std::atomic<bool> over_ = false;
  std::atomic<std::int64_t> written_ = 0;
  std::atomic<std::int64_t> refused_ = 0;
  std::vector<std::vector<std::int64_t>> acknowledged_;  // by thread, each its own
  std::vector<std::thread> threads_;
};

TEST_F(PostgresqlFaultTest, ServerThatCrashes_LosesAndDoublesNothing) {
  const auto database = open();
  Load load(*database, 8);
  for (int round = 0; round < 5; ++round) {
    const auto before = load.written();
    while (load.written() < before + 100) std::this_thread::sleep_for(5ms);
    server->crash();
    server->start_again();
  }
  const auto before = load.written();
  while (load.written() < before + 100) std::this_thread::sleep_for(5ms);
  load.stop();
  load.check();
  EXPECT_EQ(load.refused(), 0) << "writes wait for a server that comes back";
  RecordProperty("written", std::to_string(load.written()));
}

TEST_F(PostgresqlFaultTest, ServerThatIsAway_IsAClearErrorInBoundedTime) {
  const auto database = open({.outage_patience = 2s});
  ASSERT_TRUE(database->write_and_wait(append_number("log", 1)).ok());
  server->stop();
  for (int number : {2, 3}) {
    const auto start = Clock::now();
    const auto outcome = database->write_and_wait(append_number("log", number));
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.error().kind, Error::Kind::kUnavailable);
    EXPECT_THAT(outcome.error().message, HasSubstr("the database is not reachable"));
    EXPECT_GE(Clock::now() - start, 2s);
    EXPECT_LT(Clock::now() - start, 10s);
  }
  const auto read = numbers(*database, "log");
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().kind, Error::Kind::kUnavailable);
  EXPECT_THAT(read.error().message, HasSubstr("not reachable"));
  server->start_again();
  EXPECT_TRUE(database->write_and_wait(append_number("log", 4)).ok());
  EXPECT_EQ(numbers(*database, "log").value(), (std::vector<std::int64_t>{1, 4}));
}

TEST_F(PostgresqlFaultTest, ServerThatIsAwayAtTheEnd_HoldsNobodyUp) {
  auto database = open();
  server->stop();
  std::promise<Result<void>> outcome;
  database->write(append_number("log", 1),
                  [&](Result<void> result) { outcome.set_value(std::move(result)); });
  const auto start = Clock::now();
  database.reset();
  EXPECT_LT(Clock::now() - start, 15s);
  EXPECT_FALSE(outcome.get_future().get().ok());
}

TEST_F(PostgresqlFaultTest, ConnectionsEndedAtRandomMoments_LoseAndDoubleNothing) {
  const auto database = open();
  Load load(*database, 4);
  std::mt19937 random(7);  // NOLINT: the same moments each time, as far as that goes
  for (int round = 0; round < 100; ++round) {
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
    run_sql(url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()");
  }
  const auto before = load.written();
  while (load.written() < before + 20) std::this_thread::sleep_for(5ms);
  load.stop();
  load.check();
  EXPECT_EQ(load.refused(), 0);
}

TEST_F(PostgresqlFaultTest, CommitWhoseAnswerIsLost_IsFoundOut) {
  CuttingProxy proxy(port());
  auto database = std::move(Database::open_postgresql(url_through(proxy))).value();
  std::vector<std::int64_t> expected;
  for (std::int64_t number = 1; number <= 60; ++number) {
    if (number % 3 == 1) proxy.cut(CuttingProxy::Cut::kBeforeCommit);
    if (number % 3 == 2) proxy.cut(CuttingProxy::Cut::kAfterCommit);
    const auto outcome = database->write_and_wait(append_number("log", number));
    ASSERT_TRUE(outcome.ok()) << outcome.error().message;
    ASSERT_TRUE(proxy.has_cut());
    expected.push_back(number);
  }
  EXPECT_EQ(numbers(*database, "log").value(), expected);
}

// A whole transaction may still be on its way when the connection is given up for lost.
TEST_F(PostgresqlFaultTest, TransactionThatArrivesAfterItWasGivenUp_IsNotStored) {
  CuttingProxy proxy(port());
  auto database = std::move(Database::open_postgresql(url_through(proxy))).value();
  std::vector<std::int64_t> expected;
  for (std::int64_t number = 1; number <= 20; ++number) {
    if (number % 2 == 0) proxy.cut(CuttingProxy::Cut::kLateCommit);
    // It asks nothing, so that all of it is sent at once.
    const auto outcome = database->write_and_wait([number](Session& session) -> Result<void> {
      event_store::insert_later(session, "log",
                                {number, new_uuid(), "K", "s", number * 10, std::to_string(number)});
      return {};
    });
    ASSERT_TRUE(outcome.ok()) << outcome.error().message;
    ASSERT_TRUE(proxy.has_cut());
    expected.push_back(number);
  }
  EXPECT_EQ(numbers(*database, "log").value(), expected);
}

}  // namespace
}  // namespace collet::storage

// SOCI 4.0.3 loses a connection that the server ends between connecting and the first statement.
extern "C" __attribute__((visibility("default"))) const char*
__lsan_default_suppressions() {  // NOLINT: the sanitizer's name
  return "leak:libsoci_postgresql";
}
