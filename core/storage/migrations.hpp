// The schema's history as numbered steps. A database is brought to the newest step when it is opened; one
// that is newer than this program is refused.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace collet::storage {

class Session;

/// One step: statements run in order, in one transaction, once per database. Steps are never changed after a
/// release; a change is a new step.
struct Migration {
  int version = 0;  ///< 1, 2, 3 …
  std::vector<std::string_view> statements;
};

/// The steps of the main database.
std::span<const Migration> main_migrations();
/// The steps of a plugin's own file.
std::span<const Migration> plugin_migrations();

/// Brings the database to the last of `steps`. kUnavailable: its schema is newer than that.
Result<void> migrate(Session& session, std::span<const Migration> steps);

}  // namespace collet::storage
