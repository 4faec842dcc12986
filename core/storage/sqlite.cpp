#include "storage/sqlite.hpp"

#include <soci/sqlite3/soci-sqlite3.h>

#include "base/log.hpp"
#include "storage/soci_session.hpp"

namespace collet::storage {

namespace {

// 32 MB of log: whoever writes next waits for the checkpoint, several milliseconds, so it shall be a rare
// one. A killed server reads the log when it starts again.
constexpr int kCheckpointPages = 8000;
constexpr int kTruncatePages = 64'000;  // 256 MB: readers kept the log from starting over; wait for them
constexpr std::string_view kBusyTimeout = "PRAGMA busy_timeout=5000";

Error error_of_code(int code) {
  const int primary = code & 0xff;
  const std::string number = " (SQLite code " + std::to_string(code) + ")";
  switch (primary) {
    case SQLITE_FULL:
      return unavailable("storage: the disk is full");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return unavailable("storage: the database is busy");
    case SQLITE_CANTOPEN:
      return unavailable("storage: cannot open the database" + number);
    case SQLITE_READONLY:
      return unavailable("storage: the database is read-only");
    case SQLITE_IOERR:
      return unavailable("storage: reading or writing the disk failed" + number);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return unavailable("storage: the database file is damaged" + number);
    case SQLITE_NOMEM:
      return unavailable("storage: out of memory");
    case SQLITE_CONSTRAINT:
      return conflict("storage: a row with this key exists already");
    case SQLITE_TOOBIG:
      return invalid("storage: the value is too large");
    default:
      return internal("storage: a statement failed" + number);
  }
}

/// The writer counts the pages of its write-ahead log.
class SqliteImpl final : public Session::Impl {
 public:
  int wal_pages = 0;  ///< after the last commit

 private:
  StorageError explain(const soci::soci_error& failed) const override {
    if (const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&failed); sqlite != nullptr)
      return StorageError(error_of_code(sqlite->result()));
    return StorageError(internal("storage: a statement failed"));
  }
  // A statement that has not come to its end holds a snapshot of the database.
  bool may_keep(bool at_end, std::size_t) const override { return at_end; }
};

int remember_wal_pages(void* impl, sqlite_api::sqlite3*, const char*, int pages) {
  static_cast<SqliteImpl*>(impl)->wal_pages = pages;
  return SQLITE_OK;
}

class SqliteBackend final : public Backend {
 public:
  SqliteBackend(std::filesystem::path file, Synchronous synchronous)
      : file_(std::move(file)), synchronous_(synchronous) {}

  Result<std::unique_ptr<Session>> open(Use use) const override;
  Result<void> migrate(Session& writer, std::span<const Migration> steps) const override {
    return storage::migrate(writer, steps, [](std::string_view statement) { return std::string(statement); });
  }
  bool has_table(Session& session, const std::string& name) const override;
  bool is_alive(Session&) const noexcept override { return true; }

  void begin(Session& writer) override { writer.begin(); }
  void commit(Session& writer) override { writer.commit(); }
  bool was_committed(Session&) override { return false; }  // never asked: no connection to lose
  void after_commit(Session& writer) noexcept override;

 private:
  const std::filesystem::path file_;
  const Synchronous synchronous_;
};

Result<std::unique_ptr<Session>> SqliteBackend::open(Use use) const {
  auto impl = std::make_unique<SqliteImpl>();
  try {
    // The path is quoted for SOCI's connection string, which has its own escapes.
    if (file_.string().find_first_of("\"'") != std::string::npos)
      return invalid("storage: quotes in the path " + file_.string());
    impl->connection.open(soci::sqlite3, "db=\"" + file_.string() + "\"");
    auto& session = impl->connection;
    session.once << std::string(kBusyTimeout);
    std::string mode;
    session.once << "PRAGMA journal_mode=WAL", soci::into(mode);
    if (mode != "wal") return unavailable("storage: no write-ahead log is possible on " + file_.string());
    session.once << (synchronous_ == Synchronous::kFull ? "PRAGMA synchronous=FULL"
                                                        : "PRAGMA synchronous=NORMAL");
    session.once << "PRAGMA trusted_schema=OFF";
    if (use == Use::kReader) {
      session.once << "PRAGMA query_only=ON";
    } else {
      auto* backend = static_cast<soci::sqlite3_session_backend*>(session.get_backend());
      sqlite_api::sqlite3_wal_hook(backend->conn_, remember_wal_pages, impl.get());
      std::error_code ignored;  // the folder is closed to others already
      using std::filesystem::perms;
      std::filesystem::permissions(file_, perms::owner_read | perms::owner_write, ignored);
    }
    return std::make_unique<Session>(std::move(impl));
  } catch (const soci::soci_error& failed) {
    Error error = impl->note(failed).error();
    error.message += ": " + file_.string();
    return error;
  }
}

bool SqliteBackend::has_table(Session& session, const std::string& name) const {
  bool found = false;
  session.query<std::int64_t>("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = :name", {name},
                              [&](std::int64_t) { found = true; });
  return found;
}

// Moves the write-ahead log into the file once it is long, as far as readers allow.
void SqliteBackend::after_commit(Session& writer) noexcept {
  auto& impl = static_cast<SqliteImpl&>(writer.impl());
  if (impl.wal_pages < kCheckpointPages) return;
  const char* sql =
      impl.wal_pages < kTruncatePages ? "PRAGMA wal_checkpoint(PASSIVE)" : "PRAGMA wal_checkpoint(TRUNCATE)";
  try {
    impl.wal_pages = 0;
    writer.run(sql);
  } catch (const std::exception&) {
    log::warning("storage", "The write-ahead log could not be moved into the database; will try again.");
  }
}

}  // namespace

std::unique_ptr<Backend> sqlite_backend(const std::filesystem::path& file, Synchronous synchronous) {
  return std::make_unique<SqliteBackend>(file, synchronous);
}

}  // namespace collet::storage
