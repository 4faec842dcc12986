#include "storage/postgresql.hpp"

#include <soci/postgresql/soci-postgresql.h>

#include <chrono>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/id.hpp"
#include "base/time.hpp"
#include "storage/postgresql_batch.hpp"
#include "storage/postgresql_failure.hpp"
#include "storage/postgresql_listener.hpp"
#include "storage/postgresql_pipeline.hpp"
#include "storage/postgresql_url.hpp"
#include "storage/soci_session.hpp"
#include "storage/watchdog.hpp"

namespace collet::storage {

namespace batch = postgresql_batch;

namespace {

constexpr int kOldestServer = 130000;
constexpr std::chrono::seconds kQuickly{3};
constexpr std::chrono::seconds kReadTime{10};  // of one statement
constexpr std::chrono::seconds kWriteTime{20};
constexpr std::chrono::seconds kGrace{2};       // after that, for the server to say so; then it is cut off
constexpr std::size_t kKeptBytes = 256U << 10;  // of a statement's last result
constexpr Micros kForgottenWriter = Micros{30} * 24 * 3600 * 1'000'000;  // its row may go
constexpr std::string_view kMigrationLock = "7165627302410833";          // of all programs on the database

class PostgresqlImpl final : public Session::Impl {
 public:
  PostgresqlImpl(Watchdog& watchdog, std::chrono::milliseconds longest)
      : longest_use(longest), watchdog_(watchdog) {}
  ~PostgresqlImpl() override {
    forget_sent();
    const Watched watched(*this);
    statements.clear();  // each says goodbye to the server
  }

  bool connect(const PostgresqlUrl& url) {
    try {
      connection.open(soci::postgresql, url.connection_text());
    } catch (const soci::soci_error&) {
      return false;
    }
    pg = static_cast<soci::postgresql_session_backend*>(connection.get_backend())->conn_;
    PQsetNoticeProcessor(
        pg, [](void*, const char*) {}, nullptr);  // it would print them; they quote values
    return true;
  }

  /// Announcements may be lost, so one that is not fit to be sent is left out.
  void announce(std::string_view change) override {
    if (change.size() < kMostNotified / 2 && change.find('\n') == std::string_view::npos)
      announced.emplace_back(change);
  }

  /// A statement of the writer's transaction.
  void send(const PipelineStatement& statement, const std::vector<PipelineParam>& params) {
    const Watched watched(*this);
    noting([&] { pipeline_.send(pg, statement, params); });
  }
  bool send(std::span<const PendingWrites::Event> events) override {
    send_rows(batch::kInsertEvents, batch::params_of(events), events.size());
    return true;
  }
  bool send(std::span<const ConversationRow> claimed_rows) override {
    send_rows(batch::kSaveRows, batch::params_of(claimed_rows), claimed_rows.size());
    return true;
  }
  void prepare_batches() {  ///< once
    const Watched watched(*this);
    noting([this] { batch::prepare_all(pg, prepared_); });
  }
  /// Throws PipelineFailure.
  void collect() {
    const Watched watched(*this);
    noting([this] { pipeline_.collect(pg); });
  }
  void forget_sent() noexcept override {
    try {
      collect();
    } catch (const StorageError&) {
    }
  }

  void enter() override {
    if (uses_ == 0) collect();
    watch();
  }
  void leave() noexcept override {
    if (--uses_ == 0) guard_.reset();
  }

  std::chrono::milliseconds longest_use;    ///< of the connection by one statement; zero: no limit
  PGconn* pg = nullptr;                     ///< the connection's own, once there is one
  std::vector<std::string> announced = {};  ///< since the transaction began

 private:
  class Watched {
   public:
    explicit Watched(PostgresqlImpl& impl) : impl_(impl) { impl_.watch(); }
    ~Watched() { impl_.leave(); }
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;

   private:
    PostgresqlImpl& impl_;
  };

  // A few rows can wait for those behind them; with many the server begins at once.
  void send_rows(const PipelineStatement& statement, const std::vector<PipelineParam>& params,
                 std::size_t rows) {
    send(statement, params);
    const Watched watched(*this);
    if (rows >= kRowsAtOnce[0]) noting([this] { pipeline_.push(pg); });
  }
  void noting(const std::function<void()>& work) {
    try {
      work();
    } catch (const StorageError& failed) {
      note(failed);
      throw;
    }
  }

  void watch() {
    if (++uses_ == 1 && pg != nullptr && longest_use.count() > 0)
      guard_.emplace(watchdog_, PQsocket(pg), longest_use);
  }

  StorageError explain(const soci::soci_error& failed) const override {
    if (pg != nullptr && PQstatus(pg) != CONNECTION_OK) return postgresql_failure("08000");
    if (const auto* known = dynamic_cast<const soci::postgresql_soci_error*>(&failed); known != nullptr)
      return postgresql_failure(known->sqlstate());
    return StorageError(internal("storage: a statement failed"));
  }
  // Its result stays in memory until it is run again.
  bool may_keep(bool, std::size_t bytes) const override { return bytes <= kKeptBytes; }

  Watchdog& watchdog_;
  PostgresqlPipeline pipeline_;
  std::size_t prepared_ = 0;  // of the batch's statements
  std::optional<Watchdog::Guard> guard_;
  int uses_ = 0;
};

PGconn* connection_of(Session& session) { return static_cast<PostgresqlImpl&>(session.impl()).pg; }

std::string after_each(std::string text, std::string_view found, std::string_view added) {
  for (auto at = text.find(found); at != std::string::npos; at = text.find(found, at + 1))
    text.insert(at + found.size(), added);
  return text;
}

// SQLite compares texts by their bytes; "C" is that. And it adds columns that are computed when they are
// read, PostgreSQL up to 17 knows none such.
std::string in_words_of_postgresql(std::string_view statement) {
  constexpr std::string_view kComputed = " VIRTUAL";
  auto text = after_each(std::string(statement), " TEXT ", "COLLATE \"C\" ");
  if (const auto at = text.find(kComputed); at != std::string::npos)
    text.replace(at, kComputed.size(), " STORED");
  return text;
}

class PostgresqlBackend final : public Backend {
 public:
  PostgresqlBackend(PostgresqlUrl url, Synchronous synchronous)
      : url_(std::move(url)), synchronous_(synchronous) {}

  Result<std::unique_ptr<Session>> open(Use use) const override;
  Result<void> migrate(Session& writer, std::span<const Migration> steps) const override;
  bool has_table(Session& session, const std::string& name) const override;
  bool is_alive(Session& session) const noexcept override;
  bool is_shared() const noexcept override { return true; }
  std::unique_ptr<Listener> listen(ChangeHandlers handlers) override {
    return listen_on_postgresql(url_, writer_, std::move(handlers));
  }
  void begin(Session& writer) override;
  void commit(Session& writer) override;
  bool was_committed(Session& writer) override;
  void after_commit(Session&) noexcept override {}

 private:
  Result<void> fits(const PGconn* connection) const;
  std::string settings(Use use) const;
  std::vector<std::string> announcements(const PostgresqlImpl& impl) const;

  mutable Watchdog watchdog_;  // outlives the sessions: Database destroys those first
  const PostgresqlUrl url_;
  const Synchronous synchronous_;
  const std::string writer_ = new_uuid();  // names our row of `writers`
  std::int64_t transaction_ = 0;           // of that row, like the next one; the writer's thread only
  std::int64_t fence_ = 0;                 // goes up with each connection that was lost during a commit
};

Result<void> PostgresqlBackend::fits(const PGconn* connection) const {
  const int version = PQserverVersion(connection);
  if (version < kOldestServer)
    return unavailable("storage: the database at " + url_.host() + " is PostgreSQL " +
                       std::to_string(version / 10000) + "; " + std::to_string(kOldestServer / 10000) +
                       " is the oldest that works");
  const char* encoding = PQparameterStatus(connection, "server_encoding");
  if (encoding == nullptr || std::string_view(encoding) != "UTF8")
    return unavailable("storage: the database " + url_.shown() +
                       " is not in UTF8; make one with createdb --encoding=UTF8 --template=template0");
  return {};
}

// Statements that hang, locks that are never given back and servers that vanish all end in an error.
std::string PostgresqlBackend::settings(Use use) const {
  const auto limit = use == Use::kReader ? kReadTime : kWriteTime;
  std::string sql = "SET statement_timeout = '" + std::to_string(limit.count()) +
                    "s'; SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '60s'; ";
  if (use == Use::kReader) return sql + "SET default_transaction_read_only = on";
  // A scan of a whole table or index would count as having read all of it, and conflict with every other
  // server. So rows are found one by one, by plans that need not be made anew for other values. Without scans
  // these look expensive where they can't be avoided, which is no reason to compile them.
  sql +=
      "SET default_transaction_read_only = off; SET enable_seqscan = off; SET enable_hashjoin = off; "
      "SET enable_mergejoin = off; SET plan_cache_mode = force_generic_plan; SET jit = off; ";
  if (synchronous_ == Synchronous::kNormal) return sql + "SET synchronous_commit = off";
  return sql +
         "SELECT set_config('synchronous_commit', 'on', false) "
         "WHERE current_setting('synchronous_commit') = 'off'";
}

Result<std::unique_ptr<Session>> PostgresqlBackend::open(Use use) const {
  auto impl =
      std::make_unique<PostgresqlImpl>(watchdog_, (use == Use::kReader ? kReadTime : kWriteTime) + kGrace);
  const auto start = std::chrono::steady_clock::now();
  if (!impl->connect(url_)) {
    // Or one more attempt would take as long again.
    const bool quickly = std::chrono::steady_clock::now() - start < kQuickly;
    const auto reason = quickly ? why_unreachable(url_) : Result<void>();
    if (!reason) return reason.error();
    return unavailable("storage: the database at " + url_.host() + " is not reachable");
  }
  if (auto fit = fits(impl->pg); !fit) return fit.error();
  auto session = std::make_unique<Session>(std::move(impl));
  try {
    session->run(settings(use));
  } catch (const StorageError& failure) {
    return failure.error();
  }
  return session;
}

// Servers that start at the same time take turns: the lock is theirs until they let go or are gone.
Result<void> PostgresqlBackend::migrate(Session& writer, std::span<const Migration> steps) const {
  const std::string lock(kMigrationLock);
  auto& limit = static_cast<PostgresqlImpl&>(writer.impl()).longest_use;
  const auto usual =
      std::exchange(limit, std::chrono::milliseconds(0));  // a change of the schema takes its time
  try {
    writer.run("SET statement_timeout = 0; SET lock_timeout = '60s'");
    writer.run("SELECT pg_advisory_lock(" + lock + ")");
    writer.run(
        "CREATE TABLE IF NOT EXISTS writers (id TEXT COLLATE \"C\" PRIMARY KEY, transaction BIGINT NOT NULL, "
        "at BIGINT NOT NULL) WITH (fillfactor = 20)");
    bool has_fence = false;
    writer.query<std::int64_t>(
        "SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass(:name) AND attname = 'fence'",
        {"writers"}, [&](std::int64_t) { has_fence = true; });
    if (!has_fence) writer.run("ALTER TABLE writers ADD COLUMN fence BIGINT NOT NULL DEFAULT 0");
    writer.run("DELETE FROM writers WHERE at < " + std::to_string(now_micros() - kForgottenWriter));
    if (auto migrated = storage::migrate(writer, steps, in_words_of_postgresql); !migrated) return migrated;
    writer.run("SELECT pg_advisory_unlock(" + lock + ")");
    writer.run(settings(Use::kWriter));
    limit = usual;
    return {};
  } catch (const StorageError& failure) {
    return failure.error();
  }
}

bool PostgresqlBackend::has_table(Session& session, const std::string& name) const {
  bool found = false;
  session.query<std::int64_t>("SELECT 1 FROM pg_catalog.pg_class WHERE oid = to_regclass(:name)", {name},
                              [&](std::int64_t) { found = true; });
  return found;
}

bool PostgresqlBackend::is_alive(Session& session) const noexcept {
  // Twice: the first may find the server's farewell, and only the second the end of the connection.
  PGconn* pg = connection_of(session);
  return PQstatus(pg) == CONNECTION_OK && PQconsumeInput(pg) == 1 && PQconsumeInput(pg) == 1 &&
         PQstatus(pg) == CONNECTION_OK;
}

// Jobs read before they write, and so do those of other servers. The writer's row tells later whether this
// transaction was stored. (Its number at PostgreSQL would not: after a crash the server gives the same one
// again.)
void PostgresqlBackend::begin(Session& writer) {
  auto& impl = static_cast<PostgresqlImpl&>(writer.impl());
  ++transaction_;
  impl.announced.clear();
  writer.begun();
  impl.prepare_batches();
  impl.send(batch::kBegin, {});
  impl.send(batch::kMark, {std::string_view(writer_), transaction_, now_micros(), fence_});
}

// What the jobs have sent may still be on its way together with COMMIT, which does not happen if any of it
// fails.
void PostgresqlBackend::commit(Session& writer) {
  auto& impl = static_cast<PostgresqlImpl&>(writer.impl());
  if (writer.failure())
    throw StorageError(internal("storage: a write passed over a failed statement"), *writer.failure());
  for (const auto& payload : announcements(impl))
    impl.send(batch::kNotify, {std::string_view(kChannel), std::string_view(payload)});
  impl.send(batch::kCommit, {});
  try {
    impl.collect();
  } catch (const PipelineFailure& failure) {
    if (failure.is_last()) throw;
    throw JobFailed(failure);
  }
}

// In few notifications: of one conversation only what comes last is worth telling.
std::vector<std::string> PostgresqlBackend::announcements(const PostgresqlImpl& impl) const {
  const auto about = [](std::string_view change) {
    return change.substr(0, change.find(' ', change.find(' ') + 1));
  };
  std::map<std::string_view, std::string_view> newest;
  for (const auto& change : impl.announced) newest[about(change)] = change;
  std::vector<std::string> payloads;
  for (const auto& [subject, change] : newest) {
    if (payloads.empty() || payloads.back().size() + change.size() > kMostNotified)
      payloads.push_back(writer_);
    payloads.back() += "\n" + std::string(change);
  }
  return payloads;
}

// Waits while the old connection's transaction still runs, since that holds the row. If that has not come so
// far yet, all it was sent may still lie before the server: then the fence ends it.
bool PostgresqlBackend::was_committed(Session& writer) {
  std::int64_t stored = -1;
  writer.query<std::int64_t>(
      "INSERT INTO writers (id, transaction, at, fence) VALUES (:id, 0, :at, :fence) "
      "ON CONFLICT (id) DO UPDATE SET at = excluded.at, fence = excluded.fence RETURNING transaction",
      {writer_, now_micros(), ++fence_}, [&](std::int64_t found) { stored = found; });
  return stored == transaction_;
}

}  // namespace

Result<std::unique_ptr<Backend>> postgresql_backend(const std::string& url, Synchronous synchronous) {
  auto parsed = PostgresqlUrl::parse(url);
  if (!parsed) return parsed.error();
  parsed->set("client_encoding", "UTF8");
  parsed->set_default("application_name", "collet");
  parsed->set_default("connect_timeout", "5");
  // A server that has vanished is noticed within half a minute.
  parsed->set_default("keepalives_idle", "10");
  parsed->set_default("keepalives_interval", "5");
  parsed->set_default("keepalives_count", "3");
  parsed->set_default("tcp_user_timeout", "30000");
  return std::unique_ptr<Backend>(std::make_unique<PostgresqlBackend>(std::move(*parsed), synchronous));
}

}  // namespace collet::storage
