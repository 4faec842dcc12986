// `collet audit`: prints the audit log of plain reads, also while a server runs.
#pragma once
#include <cstdint>
#include <map>
#include <string>

namespace collet::server {

struct AuditOptions {
  bool json = false;         ///< one JSON object per line
  std::string since = {};    ///< ISO 8601 (local time without a zone), or an age: "30m", "12h", "7d"
  std::int64_t limit = 100;  ///< the newest so many
};

/// Prints to standard output, oldest first. Returns the exit status.
int print_audit(const std::map<std::string, std::string>& flags, const AuditOptions& options);

}  // namespace collet::server
