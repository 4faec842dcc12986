#include "storage/audit_store.hpp"

#include <algorithm>

#include "storage/database.hpp"
#include "storage/main_backend.hpp"
#include "storage/tenant.hpp"

namespace collet::storage {
namespace {

std::vector<AuditEntry> newest(Session& session, const AuditQuery& query) {
  std::vector<AuditEntry> found;
  session.query<std::int64_t, std::int64_t, std::string, std::string, std::string>(
      "SELECT number, read_at, who, what, how FROM audit WHERE tenant = :tenant AND read_at >= :since "
      "ORDER BY number DESC LIMIT :most",
      {kTenant, query.since, query.limit},
      [&](std::int64_t number, std::int64_t at, std::string& who, std::string& what, std::string& how) {
        found.push_back({number, at, {std::move(who), std::move(what), std::move(how)}});
      });
  std::reverse(found.begin(), found.end());
  return found;
}

// Names come from clients: no control characters, neither for the database nor for an operator's terminal.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return text;
}

void insert(Session& session, const secrets::Read& read, Micros at, std::int64_t keep) {
  std::int64_t number = 1;
  session.query<std::int64_t>("SELECT COALESCE(MAX(number), 0) + 1 FROM audit WHERE tenant = :tenant",
                              {kTenant}, [&](std::int64_t next) { number = next; });
  session.execute(
      "INSERT INTO audit (tenant, number, read_at, who, what, how) "
      "VALUES (:tenant, :number, :at, :who, :what, :how)",
      {kTenant, number, at, read.who, read.what, read.how});
  session.execute("DELETE FROM audit WHERE tenant = :tenant AND number <= :last", {kTenant, number - keep});
}

}  // namespace

void AuditStore::record(const secrets::Read& read, Done done) {
  const std::size_t bytes = read.who.size() + read.what.size() + read.how.size();
  database_.write(
      [clean = secrets::Read{printable(read.who), printable(read.what), printable(read.how)},
       at = now_micros(), keep = keep_](Session& session) -> Result<void> {
        insert(session, clean, at, keep);
        return {};
      },
      std::move(done), bytes);
}

Result<std::vector<AuditEntry>> AuditStore::entries(const AuditQuery& query) const {
  return database_.read([&](Session& session) { return newest(session, query); });
}

Result<std::vector<AuditEntry>> read_audit(const std::filesystem::path& state_dir, const std::string& url,
                                           const AuditQuery& query) {
  std::error_code error;
  if (url.empty() && !std::filesystem::exists(main_file(state_dir), error))
    return not_found("no database in " + state_dir.string());
  const auto backend = main_backend(state_dir, url, Synchronous::kFull);
  if (!backend) return backend.error();
  auto session = (*backend)->open(Use::kReader);
  if (!session) return session.error();
  try {
    // There may be none in a database from before there was one.
    if (!(*backend)->has_table(**session, "audit")) return std::vector<AuditEntry>();
    return newest(**session, query);
  } catch (const StorageError& failure) {
    return failure.error();
  }
}

}  // namespace collet::storage
