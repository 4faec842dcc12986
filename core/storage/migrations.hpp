// The schema's history as numbered steps. A database is brought to the newest step when it is opened; one
// that is newer than this program is refused.
#pragma once
#include <functional>
#include <span>
#include <string>
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

/// A statement of a step in the words of one kind of database.
using Dialect = std::function<std::string(std::string_view statement)>;

/// Brings the database to the last of `steps`. kUnavailable: its schema is newer than that. Whoever calls
/// makes sure that nobody else does so at the same time.
Result<void> migrate(Session& session, std::span<const Migration> steps, const Dialect& dialect);

}  // namespace collet::storage
