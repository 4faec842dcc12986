#include "storage/sealed_rows.hpp"

#include <string_view>
#include <vector>

#include "storage/tenant.hpp"

namespace collet::storage::sealed_rows {
namespace {

struct Statements {
  std::string_view keys;
  std::string_view body;
  std::string_view update;
};

// One row at a time: all of them at once may be more than fits into memory.
Result<void> change_all(Session& session, const Statements& sql, const Change& change) {
  std::vector<std::string> keys;
  session.query<std::string>(sql.keys, {kTenant}, [&](std::string& key) { keys.push_back(std::move(key)); });
  for (const auto& key : keys) {
    std::string body;
    session.query<std::string>(sql.body, {kTenant, key}, [&](std::string& text) { body = std::move(text); });
    auto changed = change(key, body);
    if (!changed) return changed.error();
    if (*changed != body) session.execute(sql.update, {*changed, kTenant, key});
  }
  return {};
}

}  // namespace

Result<void> change_documents(Session& session, const Change& change) {
  return change_all(session,
                    {"SELECT name FROM documents WHERE tenant = :tenant ORDER BY name",
                     "SELECT body FROM documents WHERE tenant = :tenant AND name = :name",
                     "UPDATE documents SET body = :body WHERE tenant = :tenant AND name = :name"},
                    change);
}

Result<void> change_conversations(Session& session, const Change& change) {
  return change_all(session,
                    {"SELECT id FROM conversations WHERE tenant = :tenant ORDER BY id",
                     "SELECT body FROM conversations WHERE tenant = :tenant AND id = :id",
                     "UPDATE conversations SET body = :body WHERE tenant = :tenant AND id = :id"},
                    change);
}

}  // namespace collet::storage::sealed_rows
