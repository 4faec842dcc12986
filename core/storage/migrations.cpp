#include "storage/migrations.hpp"

#include <string>

#include "storage/session.hpp"

namespace collet::storage {

namespace {

// Statements in several pieces are meant.
// NOLINTBEGIN(bugprone-suspicious-missing-comma)

// Portable SQL only: SQLite and PostgreSQL run the same texts, but for the order of texts and generated
// columns (see the dialects in sqlite.cpp and postgresql.cpp). Bodies come last, so that a scan over the
// other columns needn't read them.
const std::vector<Migration>& main_steps() {
  static const std::vector<Migration> steps = {
      {1,
       {
           "CREATE TABLE conversations (tenant TEXT NOT NULL, id TEXT NOT NULL, status TEXT NOT NULL, "
           "created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (tenant, "
           "id))",
           "CREATE INDEX conversations_created ON conversations (tenant, created_at, id, status)",
           "CREATE INDEX conversations_updated ON conversations (tenant, updated_at, id, status)",

           "CREATE TABLE events (tenant TEXT NOT NULL, conversation_id TEXT NOT NULL, seq BIGINT NOT NULL, "
           "id TEXT NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL, timestamp BIGINT NOT NULL, "
           "body TEXT NOT NULL, PRIMARY KEY (tenant, conversation_id, seq))",
           "CREATE UNIQUE INDEX events_id ON events (tenant, conversation_id, id)",
           "CREATE INDEX events_kind ON events (tenant, conversation_id, kind, seq, source)",
           "CREATE INDEX events_source ON events (tenant, conversation_id, source, seq)",
           "CREATE INDEX events_timestamp ON events (tenant, conversation_id, timestamp, seq)",

           "CREATE TABLE model_calls (tenant TEXT NOT NULL, conversation_id TEXT NOT NULL, "
           "number BIGINT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (tenant, conversation_id, number))",

           "CREATE TABLE documents (tenant TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL, "
           "PRIMARY KEY (tenant, name))",
       }},
      {2,
       {
           "CREATE TABLE audit (tenant TEXT NOT NULL, number BIGINT NOT NULL, read_at BIGINT NOT NULL, "
           "who TEXT NOT NULL, what TEXT NOT NULL, how TEXT NOT NULL, PRIMARY KEY (tenant, number))",
       }},
      {3,
       {
           "CREATE TABLE servers (id TEXT NOT NULL, name TEXT NOT NULL, node TEXT NOT NULL, heartbeat BIGINT "
           "NOT NULL, "
           "PRIMARY KEY (id))",
           "ALTER TABLE conversations ADD COLUMN owner TEXT NOT NULL DEFAULT ''",
           "ALTER TABLE conversations ADD COLUMN generation BIGINT NOT NULL DEFAULT 0",
           "CREATE INDEX conversations_status ON conversations (tenant, status, id)",
       }},
      // What changes with each append is in no index, or PostgreSQL would write all indexes of the row anew;
      // and timestamps grow with seq, so they need none (event_store::seq_before).
      {4,
       {
           "DROP INDEX events_timestamp",
           "DROP INDEX conversations_updated",
           "ALTER TABLE conversations ADD COLUMN updated_minute BIGINT GENERATED ALWAYS AS (updated_at / "
           "60000000) VIRTUAL",
           "CREATE INDEX conversations_updated ON conversations (tenant, updated_minute)",
       }},
  };
  return steps;
}

const std::vector<Migration>& plugin_steps() {
  static const std::vector<Migration> steps = {
      {1,
       {
           "CREATE TABLE entries (tenant TEXT NOT NULL, name TEXT NOT NULL, bytes BIGINT NOT NULL, "
           "value TEXT NOT NULL, PRIMARY KEY (tenant, name))",
           "CREATE TABLE entry_totals (tenant TEXT NOT NULL, bytes BIGINT NOT NULL, PRIMARY KEY (tenant))",

           "CREATE TABLE logs (tenant TEXT NOT NULL, name TEXT NOT NULL, next_position BIGINT NOT NULL, "
           "bytes BIGINT NOT NULL, PRIMARY KEY (tenant, name))",
           "CREATE TABLE log_indexes (tenant TEXT NOT NULL, log TEXT NOT NULL, name TEXT NOT NULL, "
           "PRIMARY KEY (tenant, log, name))",
           "CREATE TABLE records (tenant TEXT NOT NULL, log TEXT NOT NULL, position BIGINT NOT NULL, "
           "bytes BIGINT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (tenant, log, position))",
           "CREATE TABLE record_values (tenant TEXT NOT NULL, log TEXT NOT NULL, name TEXT NOT NULL, "
           "value TEXT NOT NULL, position BIGINT NOT NULL, PRIMARY KEY (tenant, log, name, value, position))",
           "CREATE INDEX record_values_position ON record_values (tenant, log, position)",
       }},
  };
  return steps;
}

// NOLINTEND(bugprone-suspicious-missing-comma)

std::int64_t current_version(Session& session) {
  session.run("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)");
  std::int64_t version = 0;
  session.query<std::int64_t>("SELECT COALESCE(MAX(version), 0) FROM schema_version", {},
                              [&](std::int64_t found) { version = found; });
  return version;
}

void apply(Session& session, const Migration& step, const Dialect& dialect) {
  session.begin();
  for (const auto statement : step.statements) session.run(dialect(statement));
  session.execute("INSERT INTO schema_version (version) VALUES (:version)", {std::int64_t{step.version}});
  session.commit();
}

}  // namespace

std::span<const Migration> main_migrations() { return main_steps(); }
std::span<const Migration> plugin_migrations() { return plugin_steps(); }

Result<void> migrate(Session& session, std::span<const Migration> steps, const Dialect& dialect) {
  try {
    const auto version = current_version(session);
    const std::int64_t newest = steps.empty() ? 0 : steps.back().version;
    if (version > newest)
      return unavailable("storage: the database has schema version " + std::to_string(version) +
                         ", this program knows " + std::to_string(newest) + "; a newer Collet has used it");
    for (const auto& step : steps)
      if (step.version > version) apply(session, step, dialect);
    return {};
  } catch (const StorageError& failure) {
    session.rollback();
    return failure.error();
  }
}

}  // namespace collet::storage
