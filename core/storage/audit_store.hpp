// The audit log of plain reads, in the database. The oldest entries make room for new ones.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "secrets/audit.hpp"

namespace collet::storage {

class Database;

struct AuditEntry {
  std::int64_t number = 0;  ///< 1, 2, 3 … in the order of the reads, without gaps
  Micros at = 0;
  secrets::Read read;
};

struct AuditQuery {
  Micros since = 0;          ///< none before
  std::int64_t limit = 100;  ///< the newest so many
};

/// Any thread.
class AuditStore final : public secrets::Audit {
 public:
  /// `keep`: so many entries are kept, at least 1. `database` must outlive it.
  AuditStore(Database& database, std::int64_t keep) : database_(database), keep_(keep) {}

  /// `done` is called on the database's writer thread.
  void record(const secrets::Read& read, Done done) override;
  /// Oldest first.
  Result<std::vector<AuditEntry>> entries(const AuditQuery& query) const;

 private:
  Database& database_;
  const std::int64_t keep_;
};

/// The entries of the database at a URL, or without one in a state folder, also while servers use it.
/// kNotFound: there is no database.
Result<std::vector<AuditEntry>> read_audit(const std::filesystem::path& state_dir, const std::string& url,
                                           const AuditQuery& query);

}  // namespace collet::storage
