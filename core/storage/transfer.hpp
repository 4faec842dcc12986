// All that the main database holds, as a file that either kind of database can be filled from, and a check of
// what is there. docs/storage.md states the format.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "storage/database.hpp"

namespace collet::storage {

/// A database as a command of the command line finds it.
struct DatabasePlace {
  std::filesystem::path state_dir;
  std::string url;  ///< empty: SQLite in the folder
};

struct TableCount {
  std::string table;
  std::int64_t rows = 0;
};

struct Transferred {
  std::vector<TableCount> tables;
  std::string key_id;  ///< of the secret key that the values are sealed with; empty: nothing is sealed yet
};

/// Writes one moment of the database, also while servers use it. kInvalid: the file is there already;
/// kUnavailable: the schema is not the newest.
Result<Transferred> export_to(const std::filesystem::path& file, const DatabasePlace& place);

/// Fills a database that no server uses, in one transaction; its schema is made or brought up to date first.
/// kInvalid: the file is not whole, or of a newer Collet; kConflict: there are data already and `replace` was
/// not given, or a server uses it. Then nothing is changed.
Result<Transferred> import_from(const std::filesystem::path& file, const DatabasePlace& place, bool replace);

struct Checked {
  std::int64_t schema = 0;
  std::vector<TableCount> tables;
  std::vector<std::string> problems;  ///< one line each, for people; empty: all is well
};

/// Looks whether everything is there and fits together; changes nothing.
Result<Checked> check_database(const DatabasePlace& place);

}  // namespace collet::storage
