// What durable appends cost, beside the least that the same disk could do: prepared INSERTs, each with its
// own commit. And what searching and resuming cost as a log grows. See README.md for how to run it.
#include <libpq-fe.h>
#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/id.hpp"
#include "events/event_log.hpp"
#include "secrets/key_ring.hpp"
#include "settings/secret_store.hpp"
#include "settings/settings_service.hpp"
#include "storage/claims.hpp"
#include "storage/conversation_store.hpp"
#include "storage/database.hpp"
#include "storage/event_store.hpp"

namespace {

using namespace collet;
using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr std::chrono::seconds kTime{4};  // of one measurement
const std::string kText(400, 'x');        // an event of about half a kilobyte

void check(bool good, const std::string& what) {
  if (good) return;
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}

double micros(Clock::duration time) { return std::chrono::duration<double, std::micro>(time).count(); }

events::Draft draft() {
  return {new_uuid(), "MessageEvent", "user",
          R"("source":"user","kind":"MessageEvent","t":")" + kText + "\"}"};
}

// Each of the writers does `work(writer)` again and again for a while. -> times per second
double rate(int writers, const std::function<void(int)>& work) {
  std::atomic<long> done = 0;
  std::atomic<bool> enough = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < writers; ++i)
    threads.emplace_back([&, i] {
      while (!enough) {
        work(i);
        ++done;
      }
    });
  std::this_thread::sleep_for(kTime / 8);  // until all are there
  const long before = done;
  const auto begin = Clock::now();
  std::this_thread::sleep_for(kTime);
  const double result = static_cast<double>(done - before) / (micros(Clock::now() - begin) / 1e6);
  enough = true;
  for (auto& thread : threads) thread.join();
  return result;
}

// ---- the floor

double sqlite_floor(const fs::path& folder) {
  sqlite3* db = nullptr;
  check(sqlite3_open((folder / "floor.sqlite3").c_str(), &db) == SQLITE_OK, "no file");
  for (const char* sql : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
                          "CREATE TABLE e (id INTEGER PRIMARY KEY, body TEXT NOT NULL)"})
    check(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql);
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(db, "INSERT INTO e (body) VALUES (?)", -1, &insert, nullptr);
  const double result = rate(1, [&](int) {
    sqlite3_bind_text(insert, 1, kText.data(), static_cast<int>(kText.size()), SQLITE_STATIC);
    check(sqlite3_step(insert) == SQLITE_DONE, "no insert");
    sqlite3_reset(insert);
  });
  sqlite3_finalize(insert);
  sqlite3_close(db);
  return result;
}

double postgresql_floor(const std::string& url, int writers) {
  std::vector<PGconn*> connections;
  for (int i = 0; i < writers; ++i) {
    connections.push_back(PQconnectdb(url.c_str()));
    check(PQstatus(connections.back()) == CONNECTION_OK, "no connection");
    PQsetNoticeProcessor(
        connections.back(), [](void*, const char*) {}, nullptr);
    if (i == 0) {
      PQclear(PQexec(connections[0], "DROP TABLE IF EXISTS floor"));
      PQclear(PQexec(connections[0], "CREATE TABLE floor (id BIGSERIAL PRIMARY KEY, body TEXT NOT NULL)"));
    }
    PQclear(PQprepare(connections.back(), "i", "INSERT INTO floor (body) VALUES ($1)", 1, nullptr));
  }
  const double result = rate(writers, [&](int i) {
    const char* values[] = {kText.c_str()};
    PGresult* done =
        PQexecPrepared(connections[static_cast<std::size_t>(i)], "i", 1, values, nullptr, nullptr, 0);
    check(PQresultStatus(done) == PGRES_COMMAND_OK, "no insert");
    PQclear(done);
  });
  PQclear(PQexec(connections[0], "DROP TABLE floor"));
  for (auto* connection : connections) PQfinish(connection);
  return result;
}

// ---- ours

// As a conversation does it: the event and the conversation's row, under its claim where servers share the
// database.
double appends(storage::Database& database, int writers) {
  std::unique_ptr<storage::Claims> claims;
  if (database.is_shared()) claims = *storage::Claims::start(database, {.name = "bench", .node = new_uuid()});
  events::EventLog log(database);
  storage::ConversationStore store(database);
  std::vector<storage::ConversationRow> rows;
  for (int i = 0; i < writers; ++i) {
    storage::ConversationRow row{.id = new_uuid(), .status = "idle", .body = kText};
    if (claims) row.claim = claims->first();
    check(store.create(row).ok(), "no conversation");
    rows.push_back(std::move(row));
  }
  return rate(writers, [&](int i) {
    std::promise<bool> done;
    auto stored = done.get_future();
    const auto& row = rows[static_cast<std::size_t>(i)];
    log.append(row.id, {draft()}, row, [&](const auto& result) { done.set_value(result.ok()); });
    check(stored.get(), "an append failed");
  });
}

struct Spread {
  double p50 = 0, p99 = 0;
};
Spread spread(int times, const std::function<void()>& work) {
  std::vector<double> took;
  for (int i = 0; i < times; ++i) {
    const auto begin = Clock::now();
    work();
    took.push_back(micros(Clock::now() - begin));
  }
  std::sort(took.begin(), took.end());
  return {took[took.size() / 2], took[took.size() * 99 / 100]};
}

void fill(storage::Database& database, const std::string& id, std::int64_t from, std::int64_t to) {
  constexpr std::int64_t kAtOnce = 5000;
  for (std::int64_t first = from + 1; first <= to; first += kAtOnce) {
    const auto last = std::min(first + kAtOnce - 1, to);
    const auto stored = database.write_and_wait([&](storage::Session& session) -> Result<void> {
      for (auto seq = first; seq <= last; ++seq) {
        const std::string event = new_uuid();
        storage::event_store::insert(
            session, id,
            {seq, event, seq % 10 == 0 ? "ActionEvent" : "MessageEvent", "user",
             1'700'000'000'000'000 + seq * 1000, R"({"id":")" + event + R"(","t":")" + kText + "\"}"});
      }
      return {};
    });
    check(stored.ok(), "cannot fill the log");
  }
}

void growth(storage::Database& database, const events::EventLog& log, std::int64_t most) {
  std::printf(
      "| events | first page p50, p99 µs | last page | of one kind | count | one event | resume: the last "
      "100 |\n");
  const std::string id = new_uuid();
  std::int64_t events = 0;
  for (std::int64_t size = 1000; size <= most; size *= 10) {
    fill(database, id, events, size);
    events = size;
    const auto last = log.read(id, size - 1, 1);
    const std::string newest = (*last)[0].id;
    const auto show = [&](const std::function<void()>& work) {
      const auto [p50, p99] = spread(200, work);
      std::printf(" %.0f, %.0f |", p50, p99);
    };
    std::printf("| %lld |", static_cast<long long>(size));
    show([&] { check(log.search(id, {}).ok(), "search"); });
    show([&] { check(log.search(id, {.descending = true}).ok(), "search"); });
    show([&] { check(log.search(id, {.kind = "ActionEvent"}).ok(), "search"); });
    show([&] { check(log.count(id, {}).ok(), "count"); });
    show([&] { check(log.get(id, newest).ok(), "get"); });
    show([&] { check(log.read(id, size - 100, 100).ok(), "read"); });
    std::printf("\n");
  }
}

void settings(storage::Database& database, const fs::path& folder) {
  const auto ring = *secrets::KeyRing::open(folder, "a key for the benchmark");
  const secrets::SealedBox box(ring);
  settings::SettingsService service(database, ring);
  settings::SecretStore secrets(database, box);
  check(service.load().ok(), "no settings");
  int number = 0;
  const auto patch = spread(300, [&] {
    const auto body =
        json::parse(R"({"agent_settings_diff":{"llm":{"model":"m/)" + std::to_string(++number) + R"("}}})");
    check(service.patch(*body).ok(), "no patch");
  });
  const auto put = spread(300, [&] {
    check(secrets.put({"NAME", {}}, std::to_string(++number)).ok(), "no put");
  });
  std::printf("PATCH settings %.0f, %.0f µs; PUT secret %.0f, %.0f µs (p50, p99)\n", patch.p50, patch.p99,
              put.p50, put.p99);
}

void measure(const fs::path& folder, const std::string& url, std::int64_t most) {
  const bool sqlite = url.empty();
  fs::create_directories(folder);
  std::printf("%s\n", sqlite ? "## SQLite" : "## PostgreSQL");
  for (const int writers : {1, 8, 64}) {
    const double floor = sqlite ? sqlite_floor(folder) : postgresql_floor(url, writers);
    fs::remove(folder / "floor.sqlite3");
    auto database = *storage::Database::open(folder, {.url = url});
    const double ours = appends(*database, writers);
    std::printf("%d writers: %.0f appends/s, floor %.0f/s: %.0f %%\n", writers, ours, floor,
                100 * ours / floor);
  }
  auto database = *storage::Database::open(folder, {.url = url});
  const events::EventLog log(*database);
  settings(*database, folder);
  growth(*database, log, most);
}

}  // namespace

int main(int argc, char** argv) {
  // FOLDER: on the disk to measure. MOST: events of the longest log. URL: of an empty PostgreSQL database on
  // that disk.
  check(argc >= 3, "usage: storage_bench FOLDER MOST [URL]");
  const fs::path folder = fs::path(argv[1]) / "collet-storage-bench";
  fs::remove_all(folder);
  measure(folder / "sqlite", "", std::atoll(argv[2]));
  if (argc > 3) measure(folder / "postgresql", argv[3], std::atoll(argv[2]));
  fs::remove_all(folder);
}
