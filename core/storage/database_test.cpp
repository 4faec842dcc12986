#include "storage/database.hpp"
#include "collet/testing/temporary_folder.hpp"
#include "storage/testing/each_database.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <future>
#include <stdexcept>
#include <thread>

namespace collet::storage {
namespace {

using collet::testing::TemporaryFolder;

Result<void> put(Session& session, const std::string& name, const std::string& body) {
  session.execute("INSERT INTO documents (tenant, name, body) VALUES (:t, :n, :b)", {"default", name, body});
  return {};
}

std::int64_t rows(Database& database) {
  std::int64_t count = -1;
  auto outcome = database.read([&](Session& session) -> Result<void> {
    session.query<std::int64_t>("SELECT COUNT(*) FROM documents", {}, [&](std::int64_t n) { count = n; });
    return {};
  });
  EXPECT_TRUE(outcome.ok());
  return count;
}

/// Holds the writer inside a job until told, so that what is written meanwhile becomes one batch.
class HeldWriter {
 public:
  explicit HeldWriter(Database& database) {
    auto entered = std::make_shared<std::promise<void>>();
    auto waiting = entered->get_future();
    database.write(
        [entered, gate = gate_.get_future().share(),
         first = std::make_shared<bool>(true)](Session&) -> Result<void> {
          if (std::exchange(*first, false)) entered->set_value();
          gate.wait();
          return {};
        },
        [](Result<void>) {});
    waiting.wait();
  }
  void release() { gate_.set_value(); }

 private:
  std::promise<void> gate_;
};

class Database_Schema : public testing::OnEachDatabase {};
class Database_Write : public testing::OnEachDatabase {};
class Database_Read : public testing::OnEachDatabase {};
COLLET_ON_EACH_DATABASE(Database_Schema);
COLLET_ON_EACH_DATABASE(Database_Write);
COLLET_ON_EACH_DATABASE(Database_Read);

TEST(Database_Open, NewFolder_IsClosedToOthers) {
  collet::testing::TemporaryFolder folder;
  auto database = Database::open(folder / "state");
  ASSERT_TRUE(database.ok()) << database.error().message;
  struct stat info {};
  ASSERT_EQ(::stat((folder / "state").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0700U);
  ASSERT_EQ(::stat((folder / "state/collet.sqlite3").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST(Database_Open, SecondOpener_IsRefusedWithThePid) {
  collet::testing::TemporaryFolder folder;
  auto first = Database::open(folder.path());
  ASSERT_TRUE(first.ok());
  auto second = Database::open(folder.path());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind, Error::Kind::kUnavailable);
  EXPECT_NE(second.error().message.find("process " + std::to_string(::getpid())), std::string::npos);
  first->reset();
  EXPECT_TRUE(Database::open(folder.path()).ok());
}

TEST_P(Database_Schema, Newer_IsRefusedAndKept) {
  {
    auto database = place.try_open();
    ASSERT_TRUE(database.ok());
    ASSERT_TRUE((*database)
                    ->write_and_wait([](Session& session) -> Result<void> {
                      session.execute("INSERT INTO schema_version (version) VALUES (999)");
                      return {};
                    })
                    .ok());
  }
  auto again = place.try_open();
  ASSERT_FALSE(again.ok());
  EXPECT_NE(again.error().message.find("999"), std::string::npos);
}

TEST(Database_Open, DamagedFile_IsAnErrorAndIsKept) {
  collet::testing::TemporaryFolder folder;
  const std::string junk(8192, 'x');
  std::ofstream(folder / "collet.sqlite3") << junk;
  auto database = Database::open(folder.path());
  ASSERT_FALSE(database.ok());
  EXPECT_EQ(database.error().kind, Error::Kind::kUnavailable);
  EXPECT_EQ(std::filesystem::file_size(folder / "collet.sqlite3"), junk.size());
}

TEST_P(Database_Write, BadRowAmongGoodOnes_FailsAlone) {
  auto database = place.open();
  ASSERT_TRUE(database->write_and_wait([](Session& s) { return put(s, "taken", "1"); }).ok());
  HeldWriter held(*database);
  std::vector<std::future<Result<void>>> outcomes;
  for (const std::string name : {"a", "taken", "b", "nul", "c", "own", "d"}) {
    auto outcome = std::make_shared<std::promise<Result<void>>>();
    outcomes.push_back(outcome->get_future());
    database->write(
        [name](Session& session) -> Result<void> {
          if (name == "own") {
            (void)put(session, "half", "stored, then regretted");
            return not_found("own reason");
          }
          return put(session, name, name == "nul" ? std::string("a\0b", 3) : "x");
        },
        [outcome](Result<void> result) { outcome->set_value(std::move(result)); });
  }
  held.release();
  std::vector<Result<void>> results;
  for (auto& outcome : outcomes) results.push_back(outcome.get());
  for (const std::size_t good : {0, 2, 4, 6}) EXPECT_TRUE(results[good].ok()) << good;
  ASSERT_FALSE(results[1].ok());
  EXPECT_EQ(results[1].error().kind, Error::Kind::kConflict);
  ASSERT_FALSE(results[3].ok());
  EXPECT_EQ(results[3].error().kind, Error::Kind::kInvalid);
  ASSERT_FALSE(results[5].ok());
  EXPECT_EQ(results[5].error().message, "own reason");
  EXPECT_EQ(rows(*database), 5);
}

TEST_P(Database_Write, ManyQueued_ShareCommits) {
  std::atomic<int> commits{0};
  auto database = place.open({.before_commit = [&] { ++commits; }});
  HeldWriter held(*database);
  std::atomic<int> done{0};
  std::promise<void> all;
  for (int i = 0; i < 500; ++i)
    database->write([i](Session& s) { return put(s, std::to_string(i), "x"); },
                    [&](Result<void> outcome) {
                      EXPECT_TRUE(outcome.ok());
                      if (++done == 500) all.set_value();
                    });
  held.release();
  all.get_future().wait();
  EXPECT_LE(commits, 3);
  EXPECT_EQ(rows(*database), 500);
}

// Those of the last batch are waited for, but don't all come back.
TEST_P(Database_Write, WritersWhoStopOneByOne_HoldNobodyUp) {
  auto database = place.open();
  std::vector<std::thread> writers;
  for (int i = 1; i <= 6; ++i)
    writers.emplace_back([&, i] {
      for (int n = 0; n < i * 10; ++n) {
        const auto key = std::to_string(i) + "." + std::to_string(n);
        EXPECT_TRUE(database->write_and_wait([&](Session& s) { return put(s, key, "x"); }));
      }
    });
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(rows(*database), 210);
}

TEST_P(Database_Write, Stats_CountWritesAndTheirCommits) {
  const auto db = place.open();
  const auto before = db->write_stats();
  HeldWriter writer(*db);
  for (int i = 0; i < 3; ++i)
    db->write([i](Session& session) { return put(session, "row " + std::to_string(i), "{}"); },
              [](Result<void>) {});
  EXPECT_EQ(db->write_stats().waiting, 4U);
  writer.release();
  EXPECT_FALSE(db->write_and_wait([](Session&) -> Result<void> { return invalid("bad"); }).ok());
  const auto after = db->write_stats();
  EXPECT_EQ(after.stored - before.stored, 4U);
  EXPECT_EQ(after.failed - before.failed, 1U);
  EXPECT_GE(after.commits - before.commits, 2U) << "the held one, and what queued behind it";
  EXPECT_EQ(after.waiting, 0U);
  EXPECT_GT(after.seconds, before.seconds);
}

TEST_P(Database_Write, FailedCommit_StoresNothingAndTellsAll) {
  std::atomic<bool> broken{false};
  auto database = place.open({.before_commit = [&] {
    if (broken) throw std::runtime_error("secret value");
  }});
  broken = true;
  auto outcome = database->write_and_wait([](Session& s) { return put(s, "a", "x"); });
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().kind, Error::Kind::kUnavailable);
  EXPECT_EQ(outcome.error().message.find("secret"), std::string::npos);
  broken = false;
  EXPECT_EQ(rows(*database), 0);
  EXPECT_TRUE(database->write_and_wait([](Session& s) { return put(s, "a", "x"); }).ok());
}

TEST_P(Database_Write, FullQueue_IsRefusedAtOnce) {
  auto database = place.open({.queue_jobs = 3, .queue_bytes = 1000});
  HeldWriter held(*database);
  const auto nothing = [](Session&) -> Result<void> { return {}; };
  std::atomic<int> refused{0};
  const auto count = [&](Result<void> outcome) {
    if (!outcome) {
      EXPECT_EQ(outcome.error().kind, Error::Kind::kUnavailable);
      ++refused;
    }
  };
  database->write(nothing, count, 600);
  database->write(nothing, count, 600);
  EXPECT_EQ(refused, 1);
  database->write(nothing, count, 10);
  std::promise<void> drained;
  database->write(
      nothing, [&](Result<void>) { drained.set_value(); }, 10);
  EXPECT_EQ(refused, 1);
  database->write(nothing, count, 10);
  EXPECT_EQ(refused, 2);
  held.release();
  drained.get_future().wait();
  EXPECT_TRUE(database->write_and_wait(nothing).ok());
}

TEST_P(Database_Write, JobThatThrows_IsAnErrorWithoutItsText) {
  auto database = place.open();
  auto outcome =
      database->write_and_wait([](Session&) -> Result<void> { throw std::runtime_error("sk-secret"); });
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().message.find("sk-secret"), std::string::npos);
}

TEST_P(Database_Read, AllSessionsLent_TimesOut) {
  auto database = place.open({.read_sessions = 1, .lease_timeout = std::chrono::milliseconds(20)});
  std::promise<void> entered;
  std::promise<void> leave;
  std::thread holder([&] {
    (void)database->read([&](Session&) -> Result<void> {
      entered.set_value();
      leave.get_future().wait();
      return {};
    });
  });
  entered.get_future().wait();
  auto outcome = database->read([](Session&) -> Result<void> { return {}; });
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().kind, Error::Kind::kUnavailable);
  leave.set_value();
  holder.join();
  EXPECT_TRUE(database->read([](Session&) -> Result<void> { return {}; }).ok());
}

TEST_P(Database_Read, StoppedEarlyOrThrown_SessionGoesOn) {
  auto database = place.open({.read_sessions = 1});
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(database->write_and_wait([i](Session& s) { return put(s, std::to_string(i), "x"); }).ok());
  for (int round = 0; round < 3; ++round) {
    int seen = 0;
    auto outcome = database->read([&](Session& session) -> Result<void> {
      session.query<std::string>("SELECT name FROM documents ORDER BY name", {},
                                 [&](std::string&) { return ++seen < 4; });
      return {};
    });
    EXPECT_TRUE(outcome.ok());
    EXPECT_EQ(seen, 4);
    auto failed = database->read([&](Session& session) -> Result<void> {
      session.execute("INSERT INTO documents (tenant, name, body) VALUES ('default', 'r', 'r')");
      return {};
    });
    EXPECT_FALSE(failed.ok()) << "a reader wrote";
  }
  EXPECT_EQ(rows(*database), 10);
}

TEST_P(Database_Read, SeesWhatWasAcknowledged) {
  auto database = place.open();
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(database->write_and_wait([i](Session& s) { return put(s, std::to_string(i), "x"); }).ok());
    ASSERT_EQ(rows(*database), i + 1);
  }
}

}  // namespace
}  // namespace collet::storage
