#include "storage/conversation_rows.hpp"

#include "storage/tenant.hpp"

namespace collet::storage::conversation_rows {

namespace {

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

void save_claimed(Session& session, const ConversationRow& row) {
  bool ours = false;
  session.query<std::int64_t>(
      "UPDATE conversations SET status = :status, updated_at = :updated, body = :body "
      "WHERE tenant = :tenant AND id = :id AND owner = :owner AND generation = :generation RETURNING 1",
      {row.status, row.updated_at, row.body, kTenant, row.id, row.claim->server, row.claim->generation},
      [&](std::int64_t) { ours = true; });
  if (!ours) throw StorageError(claim_lost());
  add_model_calls(session, row);
}

std::string model_calls(Session& session, const std::string& id) {
  std::string calls;
  session.query<std::string>(
      "SELECT body FROM model_calls WHERE tenant = :tenant AND conversation_id = :id ORDER BY number",
      {kTenant, id}, [&](const std::string& body) { calls += (calls.empty() ? "" : ",") + body; });
  return calls;
}

void remove(Session& session, const std::string& id) {
  session.execute("DELETE FROM model_calls WHERE tenant = :tenant AND conversation_id = :id", {kTenant, id});
  session.execute("DELETE FROM conversations WHERE tenant = :tenant AND id = :id", {kTenant, id});
}

void touch(Session& session, const std::string& id, Micros updated_at) {
  session.execute("UPDATE conversations SET updated_at = :updated WHERE tenant = :tenant AND id = :id",
                  {updated_at, kTenant, id});
}

}  // namespace collet::storage::conversation_rows
