#include "storage/conversation_rows.hpp"

#include "storage/tenant.hpp"

namespace collet::storage::conversation_rows {

void save(Session& session, const ConversationRow& row) {
  session.execute(
      "INSERT INTO conversations (tenant, id, status, created_at, updated_at, body) "
      "VALUES (:tenant, :id, :status, :created, :updated, :body) "
      "ON CONFLICT (tenant, id) DO UPDATE SET status = excluded.status, updated_at = excluded.updated_at, "
      "body = excluded.body",
      {kTenant, row.id, row.status, row.created_at, row.updated_at, row.body});
}

void touch(Session& session, const std::string& id, Micros updated_at) {
  session.execute("UPDATE conversations SET updated_at = :updated WHERE tenant = :tenant AND id = :id",
                  {updated_at, kTenant, id});
}

}  // namespace collet::storage::conversation_rows
