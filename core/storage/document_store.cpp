#include "storage/document_store.hpp"

#include "storage/database.hpp"
#include "storage/names.hpp"
#include "storage/tenant.hpp"

namespace collet::storage {

namespace {

std::optional<std::string> find(Session& session, const std::string& name) {
  std::optional<std::string> found;
  session.query<std::string>("SELECT body FROM documents WHERE tenant = :tenant AND name = :name",
                             {kTenant, name}, [&](std::string& body) { found = std::move(body); });
  return found;
}

void save(Session& session, const std::string& name, const std::string& body) {
  session.execute(
      "INSERT INTO documents (tenant, name, body) VALUES (:tenant, :name, :body) "
      "ON CONFLICT (tenant, name) DO UPDATE SET body = excluded.body",
      {kTenant, name, body});
  session.announce("document " + name);
}

}  // namespace

Result<std::string> DocumentStore::get(const std::string& name) const {
  return database_.read([&](Session& session) -> Result<std::string> {
    auto found = find(session, name);
    if (!found) return not_found("No document '" + name + "'");
    return std::move(*found);
  });
}

Result<void> DocumentStore::put(const std::string& name, const std::string& body) {
  return database_.write_and_wait(
      [&](Session& session) -> Result<void> {
        save(session, name, body);
        return {};
      },
      body.size());
}

Result<void> DocumentStore::remove(const std::string& name) {
  return remove_if(name, [](const std::string&) { return Result<void>(); });
}

Result<void> DocumentStore::remove_if(const std::string& name, const Check& check) {
  return database_.write_and_wait([&](Session& session) -> Result<void> {
    const auto now = find(session, name);
    if (!now) return not_found("No document '" + name + "'");
    if (auto allowed = check(*now); !allowed) return allowed;
    session.execute("DELETE FROM documents WHERE tenant = :tenant AND name = :name", {kTenant, name});
    return {};
  });
}

Result<std::vector<std::string>> DocumentStore::names(const std::string& prefix) const {
  return database_.read([&](Session& session) { return names_beginning(session, "documents", prefix); });
}

Result<std::string> DocumentStore::update(const std::string& name, const Change& change) {
  std::string stored;
  auto outcome = database_.write_and_wait([&](Session& session) -> Result<void> {
    auto changed = change(find(session, name));
    if (!changed) return changed.error();
    stored = std::move(*changed);
    save(session, name, stored);
    return {};
  });
  if (!outcome) return outcome.error();
  return stored;
}

}  // namespace collet::storage
