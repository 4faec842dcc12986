#include "storage/conversation_rows.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "storage/pending_writes.hpp"
#include "storage/tenant.hpp"

namespace collet::storage::conversation_rows {

namespace {

// PostgreSQL takes parameters in VALUES for texts unless it is told.
const std::string& update_sql(std::size_t rows) {
  static const auto texts = [] {
    std::map<std::size_t, std::string> made;
    for (const auto count : kRowsAtOnce) {
      std::string sql =
          "UPDATE conversations AS c SET status = v.status, updated_at = v.updated_at, body = v.body "
          "FROM (VALUES ";
      for (std::size_t i = 0; i < count; ++i) {
        const auto n = std::to_string(i);
        sql += (i == 0 ? "(:tenant" : ", (:tenant") + n;
        sql += ", :id" + n + ", :owner" + n + ", CAST(:generation" + n + " AS BIGINT), :status" + n +
               ", CAST(:updated" + n + " AS BIGINT), :body" + n + ")";
      }
      sql +=
          ") AS v(tenant, id, owner, generation, status, updated_at, body) WHERE c.tenant = v.tenant AND "
          "c.id = v.id AND c.owner = v.owner AND c.generation = v.generation RETURNING 1";
      made.emplace(count, std::move(sql));
    }
    return made;
  }();
  return texts.at(rows);
}

void update_claimed(Session& session, const ConversationRow* rows, std::size_t count) {
  std::vector<Param> params;
  for (const auto* row = rows; row != rows + count; ++row)
    params.insert(params.end(), {kTenant, row->id, row->claim->server, row->claim->generation, row->status,
                                 row->updated_at, row->body});
  std::size_t ours = 0;
  session.query<std::int64_t>(update_sql(count), params, [&](std::int64_t) { ++ours; });
  // Of several the writer finds out which one it was: it gives each append a transaction of its own.
  if (ours != count) throw StorageError(claim_lost());
}

void add_model_calls(Session& session, const ConversationRow& row) {
  if (row.model_calls.empty()) return;
  session.execute(
      "INSERT INTO model_calls (tenant, conversation_id, number, body) VALUES (:tenant, :id, "
      "(SELECT COALESCE(MAX(number), 0) + 1 FROM model_calls WHERE tenant = :same_tenant AND "
      "conversation_id = :same_id), :body)",
      {kTenant, row.id, kTenant, row.id, row.model_calls});
}

}  // namespace

void check(Session& session, const std::string& id, const Claim& claim) {
  bool ours = false;
  session.query<std::int64_t>(
      "SELECT 1 FROM conversations WHERE tenant = :tenant AND id = :id AND owner = :owner AND generation = "
      ":generation",
      {kTenant, id, claim.server, claim.generation}, [&](std::int64_t) { ours = true; });
  if (!ours) throw StorageError(claim_lost());
}

bool exists(Session& session, const std::string& id) {
  bool found = false;
  session.query<std::int64_t>("SELECT 1 FROM conversations WHERE tenant = :tenant AND id = :id",
                              {kTenant, id}, [&](std::int64_t) { found = true; });
  return found;
}

void save(Session& session, const ConversationRow& row) {
  save_pending(session);
  session.pending_writes().ends.forget(row.id);
  const Claim claim = row.claim.value_or(Claim());
  session.execute(
      "INSERT INTO conversations (tenant, id, status, created_at, updated_at, body, owner, generation) "
      "VALUES (:tenant, :id, :status, :created, :updated, :body, :owner, :generation) "
      "ON CONFLICT (tenant, id) DO UPDATE SET status = excluded.status, updated_at = excluded.updated_at, "
      "body = excluded.body",
      {kTenant, row.id, row.status, row.created_at, row.updated_at, row.body, claim.server,
       claim.generation});
  add_model_calls(session, row);
}

void save_claimed_later(Session& session, ConversationRow row) {
  add_model_calls(session, row);
  row.model_calls.clear();
  auto& waiting = session.pending_writes().claimed_rows;
  const auto older =
      std::find_if(waiting.begin(), waiting.end(), [&](const auto& other) { return other.id == row.id; });
  if (older != waiting.end() && older->claim->generation != row.claim->generation) {
    save_pending(session);
  } else if (older != waiting.end()) {
    waiting.erase(older);
  }
  if (row.body.size() > kLargeBody) return update_claimed(session, &row, 1);
  waiting.push_back(std::move(row));
  if (waiting.size() >= kRowsAtOnce[0]) save_pending(session);
}

void save_pending(Session& session) {
  const auto rows = std::exchange(session.pending_writes().claimed_rows, {});
  std::size_t done = 0;
  for (const std::size_t count : kRowsAtOnce)
    for (; rows.size() - done >= count; done += count) update_claimed(session, &rows[done], count);
}

std::string model_calls(Session& session, const std::string& id) {
  std::string calls;
  session.query<std::string>(
      "SELECT body FROM model_calls WHERE tenant = :tenant AND conversation_id = :id ORDER BY number",
      {kTenant, id}, [&](const std::string& body) { calls += (calls.empty() ? "" : ",") + body; });
  return calls;
}

void remove(Session& session, const std::string& id) {
  save_pending(session);
  session.execute("DELETE FROM model_calls WHERE tenant = :tenant AND conversation_id = :id", {kTenant, id});
  session.execute("DELETE FROM conversations WHERE tenant = :tenant AND id = :id", {kTenant, id});
}

void touch(Session& session, const std::string& id, Micros updated_at) {
  save_pending(session);
  session.execute("UPDATE conversations SET updated_at = :updated WHERE tenant = :tenant AND id = :id",
                  {updated_at, kTenant, id});
}

}  // namespace collet::storage::conversation_rows
