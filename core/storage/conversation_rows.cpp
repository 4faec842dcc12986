#include "storage/conversation_rows.hpp"

#include <algorithm>
#include <utility>

#include "storage/pending_writes.hpp"
#include "storage/soci_session.hpp"
#include "storage/tenant.hpp"

namespace collet::storage::conversation_rows {

namespace {

void update_claimed(Session& session, const ConversationRow& row) {
  bool ours = false;
  session.query<std::int64_t>(
      "UPDATE conversations SET status = :status, updated_at = :updated, body = :body "
      "WHERE tenant = :tenant AND id = :id AND owner = :owner AND generation = :generation RETURNING 1",
      {row.status, row.updated_at, row.body, kTenant, row.id, row.claim->server, row.claim->generation},
      [&](std::int64_t) { ours = true; });
  if (!ours) throw StorageError(claim_lost());
}

void add_model_calls(Session& session, const ConversationRow& row) {
  if (row.model_calls.empty()) return;
  session.execute(
      "INSERT INTO model_calls (tenant, conversation_id, number, body) VALUES (:tenant, :id, "
      "(SELECT COALESCE(MAX(number), 0) + 1 FROM model_calls "
      "WHERE tenant = :same_tenant AND conversation_id = :same_id), :body)",
      {kTenant, row.id, kTenant, row.id, row.model_calls});
}

}  // namespace

void check(Session& session, const std::string& id, const Claim& claim) {
  bool ours = false;
  session.query<std::int64_t>(
      "SELECT 1 FROM conversations "
      "WHERE tenant = :tenant AND id = :id AND owner = :owner AND generation = :generation",
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
  if (row.body.size() > kLargeBody) return update_claimed(session, row);
  waiting.push_back(std::move(row));
  if (waiting.size() >= kRowsAtOnce[0]) save_pending(session);
}

void save_pending(Session& session) {
  const auto rows = std::exchange(session.pending_writes().claimed_rows, {});
  // When one of several is refused, the writer finds out which: it gives each append a transaction of its
  // own.
  if (rows.empty() || session.impl().send(rows)) return;
  for (const auto& row : rows) update_claimed(session, row);
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
