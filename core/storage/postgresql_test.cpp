#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "storage/database.hpp"
#include "storage/document_store.hpp"
#include "storage/postgresql_url.hpp"
#include "storage/testing/each_database.hpp"
#include "storage/testing/numbered_rows.hpp"

namespace collet::storage {
namespace {

using namespace std::chrono_literals;
using testing::append_number;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::numbers;
using testing::PostgresqlDatabase;
using testing::run_sql;

class PostgresqlTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (place.skipped()) GTEST_SKIP() << testing::kSkipped;
  }
  std::unique_ptr<Database> open(Database::Options options = {}) const {
    return std::move(Database::open_postgresql(place.url(), std::move(options))).value();
  }
  static std::string refusal(const std::string& url) {
    const auto opened = Database::open_postgresql(url);
    if (opened) return "it opened";
    EXPECT_EQ(opened.error().kind, Error::Kind::kUnavailable);
    EXPECT_THAT(opened.error().message, Not(HasSubstr("password@")));
    return opened.error().message;
  }
  std::string setting(Database& database, const std::string& name) {
    std::string value;
    EXPECT_TRUE(database
                    .write_and_wait([&](Session& session) -> Result<void> {
                      session.query<std::string>("SELECT current_setting(:name)", {name},
                                                 [&](std::string& found) { value = found; });
                      return {};
                    })
                    .ok());
    return value;
  }
  // With another part in place of a part of it.
  std::string url_with(const std::string& part, const std::string& other) const {
    std::string url = place.url();
    return url.replace(url.find(part), part.size(), other);
  }

  testing::Place place{testing::Kind::kPostgresql};
};

TEST(PostgresqlUrl, ShowsNoPassword) {
  for (const std::string url :
       {"postgresql://ada:s3cret@db:5433/collet", "postgres://ada@db:5433/collet?password=s3cret",
        "postgresql://ada:s3cret@db:5433/collet?sslmode=require&sslpassword=s3cret"}) {
    const auto parsed = PostgresqlUrl::parse(url);
    ASSERT_TRUE(parsed.ok()) << url;
    EXPECT_EQ(parsed->shown(), "postgresql://ada@db:5433/collet");
    EXPECT_THAT(parsed->connection_text(), HasSubstr("s3cret"));
  }
}

TEST(PostgresqlUrl, ShowsHostsOfEveryKind) {
  EXPECT_EQ(PostgresqlUrl::parse("postgresql://[::1]:5433/x")->shown(), "postgresql://[::1]:5433/x");
  EXPECT_EQ(PostgresqlUrl::parse("postgresql://[::1]:5433/x")->host(), "[::1]:5433");
  EXPECT_EQ(PostgresqlUrl::parse("postgresql:///x?host=/run/pg")->shown(), "postgresql://%2Frun%2Fpg/x");
  EXPECT_EQ(PostgresqlUrl::parse("postgresql://a:1,b:2/x")->host(), "a,b:1,2");
  EXPECT_EQ(PostgresqlUrl::parse("postgresql:///x")->host(), "the default host");
}

TEST(PostgresqlUrl, BadOnes_AreRefusedWithoutTheirText) {
  for (const std::string url :
       {"mysql://ada:s3cret@db", "host=db password=s3cret", "postgresql://ada:s3cret@[db/x",
        "postgresql://ada@db/x?no_such_word=s3cret", "postgresql://ada:s3cret%zz@db/x"}) {
    const auto parsed = PostgresqlUrl::parse(url);
    ASSERT_FALSE(parsed.ok()) << url;
    EXPECT_EQ(parsed.error().kind, Error::Kind::kInvalid);
    EXPECT_THAT(parsed.error().message, Not(HasSubstr("s3cret")));
  }
}

TEST_F(PostgresqlTest, WhatCannotBeOpened_SaysWhy) {
  EXPECT_THAT(refusal("postgresql://u:password@127.0.0.1:1/x"),
              HasSubstr("the database at 127.0.0.1:1 is not reachable"));
  EXPECT_THAT(refusal(url_with("test-password", "wrong-password")),
              HasSubstr("refuses this user or password"));
  EXPECT_THAT(refusal(url_with(":test-password", "")), HasSubstr("wants a password"));
  const std::string missing = refusal(testing::with_database(place.url(), "missing"));
  EXPECT_THAT(missing, HasSubstr("there is no database \"missing\""));
  EXPECT_THAT(missing, HasSubstr("createdb"));
  EXPECT_THAT(refusal(place.url() + "?sslmode=require"), HasSubstr("not with TLS"));
  const PostgresqlDatabase other(testing::server_for_tests(),
                                 "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER libc");
  EXPECT_THAT(refusal(other.url()), HasSubstr("is not in UTF8"));
}

TEST_F(PostgresqlTest, PasswordOfAnyCharacters_Works) {
  const std::string user = place.url().substr(place.url().rfind('/') + 1);  // a name that nobody else has
  run_sql(place.url(), "CREATE ROLE " + user + " SUPERUSER LOGIN PASSWORD 'a b=''\"\\%&?/ü'");
  EXPECT_TRUE(
      Database::open_postgresql(url_with("collet:test-password", user + ":a%20b%3D'%22%5C%25%26%3F%2Fü"))
          .ok());
  run_sql(place.url(), "DROP OWNED BY " + user + " CASCADE; DROP ROLE " + user);
}

TEST_F(PostgresqlTest, ManyServersAtOnce_MakeTheSchemaOnce) {
  std::vector<std::future<bool>> opened;
  for (int i = 0; i < 6; ++i)
    opened.push_back(
        std::async(std::launch::async, [this] { return Database::open_postgresql(place.url()).ok(); }));
  for (auto& one : opened) EXPECT_TRUE(one.get());
  EXPECT_THAT(run_sql(place.url(), "SELECT version FROM schema_version ORDER BY 1"),
              ElementsAre("1", "2", "3", "4"));
}

TEST_F(PostgresqlTest, Texts_AreOrderedByTheirBytes) {
  const auto database = open();
  DocumentStore store(*database);
  for (const char* name : {"a", "B", "_", "Z", "é", "b"}) ASSERT_TRUE(store.put(name, "{}").ok());
  EXPECT_THAT(run_sql(place.url(), "SELECT name FROM documents ORDER BY name"),
              ElementsAre("B", "Z", "_", "a", "b", "é"));
  EXPECT_THAT(run_sql(place.url(),
                      "SELECT table_name || column_name FROM information_schema.columns WHERE table_schema = "
                      "'public' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'"),
              ElementsAre());
}

TEST_F(PostgresqlTest, Synchronous_IsTheOption) {
  EXPECT_EQ(setting(*open(), "synchronous_commit"), "on");
  EXPECT_EQ(setting(*open({.synchronous = Synchronous::kNormal}), "synchronous_commit"), "off");
  EXPECT_EQ(setting(*open(), "transaction_isolation"), "serializable");
  EXPECT_EQ(setting(*open(), "application_name"), "collet");
  run_sql(place.url(), "ALTER DATABASE " + place.url().substr(place.url().rfind('/') + 1) +
                           " SET synchronous_commit = remote_apply");
  EXPECT_EQ(setting(*open(), "synchronous_commit"), "remote_apply") << "stronger than what we need";
}

TEST_F(PostgresqlTest, TwoServers_LoseNothingOfEachOther) {
  const auto one = open();
  const auto two = open();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      Database& database = t % 2 == 0 ? *one : *two;
      DocumentStore store(database);
      for (int i = 0; i < 40; ++i) {
        const auto updated =
            store.update("counter", [](const std::optional<std::string>& now) -> Result<std::string> {
              return std::to_string(now ? std::stoi(*now) + 1 : 1);
            });
        EXPECT_TRUE(updated.ok()) << updated.error().message;
        EXPECT_TRUE(database.write_and_wait(append_number("shared", t * 100 + i)).ok());
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(DocumentStore(*one).get("counter").value(), "160");
  EXPECT_EQ(numbers(*one, "shared").value().size(), 160U);
}

TEST_F(PostgresqlTest, JobThatPassesOverAFailure_FailsAlone) {
  const auto database = open();
  DocumentStore store(*database);
  const auto outcome = database->write_and_wait([](Session& session) -> Result<void> {
    session.execute("INSERT INTO documents (tenant, name, body) VALUES ('default', 'half', '{}')");
    try {
      session.execute("INSERT INTO documents (tenant, name, body) VALUES ('default', 'half', '{}')");
    } catch (const StorageError&) {
    }
    return {};
  });
  EXPECT_FALSE(outcome.ok()) << "PostgreSQL answers COMMIT with a roll-back";
  EXPECT_FALSE(store.get("half").ok());
  EXPECT_TRUE(store.put("next", "{}").ok());
}

TEST_F(PostgresqlTest, WhatPostgresqlCannotHold_IsInvalid) {
  const auto database = open();
  DocumentStore store(*database);
  EXPECT_EQ(store.put("name", "\xff").error().kind, Error::Kind::kInvalid);
  std::string long_name;
  for (int i = 0; i < 2000; ++i) long_name += new_uuid();
  EXPECT_EQ(store.put(long_name, "{}").error().kind, Error::Kind::kInvalid);
  EXPECT_TRUE(store.put("name", "\U0001F600").ok());
}

TEST_F(PostgresqlTest, SessionsThatTheServerEnded_AreOpenedAnew) {
  const auto database = open({.read_sessions = 2});
  DocumentStore store(*database);
  ASSERT_TRUE(store.put("a", "1").ok());
  for (int round = 0; round < 3; ++round) {
    run_sql(place.url(),
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()");
    for (int i = 0; i < 3; ++i) EXPECT_EQ(store.get("a").value(), "1");
    EXPECT_TRUE(store.put("b", "2").ok());
  }
}

TEST_F(PostgresqlTest, ReadCutOffHalfway_IsAnErrorAndIsNotRunAgain) {
  const auto database = open({.read_sessions = 1});
  int runs = 0;
  const auto outcome = database->read([&](Session& session) -> Result<void> {
    ++runs;
    session.query<std::int64_t>("SELECT COUNT(*) FROM documents", {}, [](std::int64_t) {});
    run_sql(place.url(),
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()");
    session.query<std::int64_t>("SELECT COUNT(*) FROM documents", {}, [](std::int64_t) {});
    return {};
  });
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().kind, Error::Kind::kUnavailable);
  EXPECT_EQ(runs, 1);
  EXPECT_TRUE(database->read([](Session&) -> Result<void> { return {}; }).ok());
}

}  // namespace
}  // namespace collet::storage
