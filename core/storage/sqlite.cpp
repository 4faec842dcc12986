#include "storage/sqlite.hpp"

#include <soci/sqlite3/soci-sqlite3.h>

#include "base/log.hpp"
#include "storage/soci_session.hpp"

namespace collet::storage {

namespace {

constexpr int kCheckpointPages = 2000;  // 8 MB of log: each checkpoint syncs the file, so not too often
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

int remember_wal_pages(void* impl, sqlite_api::sqlite3*, const char*, int pages) {
  static_cast<Session::Impl*>(impl)->wal_pages = pages;
  return SQLITE_OK;
}

}  // namespace

Error error_of(const soci::soci_error& failure) {
  if (const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&failure); sqlite != nullptr)
    return error_of_code(sqlite->result());
  return internal("storage: a statement failed");
}

Result<std::unique_ptr<Session>> open_sqlite(const std::filesystem::path& file, Synchronous synchronous,
                                             SqliteUse use) {
  try {
    auto impl = std::make_unique<Session::Impl>();
    // The path is quoted for SOCI's connection string, which has its own escapes.
    if (file.string().find_first_of("\"'") != std::string::npos)
      return invalid("storage: quotes in the path " + file.string());
    impl->connection.open(soci::sqlite3, "db=\"" + file.string() + "\"");
    auto& session = impl->connection;
    session.once << std::string(kBusyTimeout);
    std::string mode;
    session.once << "PRAGMA journal_mode=WAL", soci::into(mode);
    if (mode != "wal") return unavailable("storage: no write-ahead log is possible on " + file.string());
    session.once << (synchronous == Synchronous::kFull ? "PRAGMA synchronous=FULL"
                                                       : "PRAGMA synchronous=NORMAL");
    session.once << "PRAGMA trusted_schema=OFF";
    if (use == SqliteUse::kReader) {
      session.once << "PRAGMA query_only=ON";
    } else {
      auto* backend = static_cast<soci::sqlite3_session_backend*>(session.get_backend());
      sqlite_api::sqlite3_wal_hook(backend->conn_, remember_wal_pages, impl.get());
    }
    return std::make_unique<Session>(std::move(impl));
  } catch (const soci::soci_error& failure) {
    Error error = error_of(failure);
    error.message += ": " + file.string();
    return error;
  }
}

void checkpoint_sqlite(Session& writer) noexcept {
  auto& impl = writer.impl();
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

}  // namespace collet::storage
