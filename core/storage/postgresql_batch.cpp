#include "storage/postgresql_batch.hpp"

#include <iterator>

#include "storage/claim.hpp"
#include "storage/tenant.hpp"

namespace collet::storage::postgresql_batch {
namespace {

// PostgreSQL refuses it too, but calls it a text that is not UTF-8.
std::string_view without_nul(std::string_view text) {
  if (text.find('\0') != std::string_view::npos)
    throw StorageError(invalid("storage: text holds a NUL byte"));
  return text;
}

StorageError given_up() {
  return StorageError(unavailable("storage: the connection was given up"), Cause::kLost);
}

StorageError not_ours() { return StorageError(claim_lost()); }

}  // namespace

const PipelineStatement kBegin{"", "BEGIN ISOLATION LEVEL SERIALIZABLE"};

const PipelineStatement kMark{
    "collet_mark",
    "WITH marked AS (INSERT INTO writers (id, transaction, at, fence) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (id) DO UPDATE SET transaction = excluded.transaction, at = excluded.at "
    "WHERE writers.fence = excluded.fence RETURNING 1) SELECT 1 / COUNT(*) FROM marked",
    given_up};

const PipelineStatement kInsertEvents{
    "collet_insert_events",
    "INSERT INTO events (tenant, conversation_id, seq, id, kind, source, timestamp, body) "
    "SELECT $1, v.* FROM unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[], "
    "$8::text[]) AS v"};

const PipelineStatement kSaveRows{
    "collet_save_rows",
    "WITH saved AS (UPDATE conversations AS c "
    "SET status = v.status, updated_at = v.updated_at, body = v.body "
    "FROM unnest($2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::text[]) "
    "AS v(id, owner, generation, status, updated_at, body) WHERE c.tenant = $1 AND c.id = v.id "
    "AND c.owner = v.owner AND c.generation = v.generation RETURNING 1) "
    "SELECT 1 / CAST(COUNT(*) = cardinality($2) AS INTEGER) FROM saved",
    not_ours};

const PipelineStatement kNotify{"collet_notify", "SELECT pg_notify($1, $2)"};

// COMMIT after a failed statement would roll back without an error.
const PipelineStatement kCommit{"", "COMMIT", nullptr, "COMMIT"};

void prepare_all(PGconn* connection, std::size_t& done) {
  static constexpr const PipelineStatement* kNamed[] = {&kMark, &kInsertEvents, &kSaveRows, &kNotify};
  for (; done < std::size(kNamed); ++done) prepare(connection, *kNamed[done]);
}

std::vector<PipelineParam> params_of(std::span<const PendingWrites::Event> events) {
  PostgresqlArray conversations(PostgresqlArray::kTexts), seqs(PostgresqlArray::kIntegers),
      ids(PostgresqlArray::kTexts), kinds(PostgresqlArray::kTexts), sources(PostgresqlArray::kTexts),
      timestamps(PostgresqlArray::kIntegers), bodies(PostgresqlArray::kTexts);
  for (const auto& [conversation, row] : events) {
    conversations.add(without_nul(conversation));
    seqs.add(row.seq);
    ids.add(without_nul(row.id));
    kinds.add(without_nul(row.kind));
    sources.add(without_nul(row.source));
    timestamps.add(row.timestamp);
    bodies.add(without_nul(row.body));
  }
  return {std::string_view(kTenant), conversations, seqs, ids, kinds, sources, timestamps, bodies};
}

std::vector<PipelineParam> params_of(std::span<const ConversationRow> claimed_rows) {
  PostgresqlArray ids(PostgresqlArray::kTexts), owners(PostgresqlArray::kTexts),
      generations(PostgresqlArray::kIntegers), statuses(PostgresqlArray::kTexts),
      updates(PostgresqlArray::kIntegers), bodies(PostgresqlArray::kTexts);
  for (const auto& row : claimed_rows) {
    ids.add(without_nul(row.id));
    owners.add(without_nul(row.claim->server));
    generations.add(row.claim->generation);
    statuses.add(without_nul(row.status));
    updates.add(row.updated_at);
    bodies.add(without_nul(row.body));
  }
  return {std::string_view(kTenant), ids, owners, generations, statuses, updates, bodies};
}

}  // namespace collet::storage::postgresql_batch
