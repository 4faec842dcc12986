// For tests: where a database is, on SQLite or PostgreSQL.
#pragma once
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "collet/testing/temporary_folder.hpp"
#include "storage/database.hpp"
#include "storage/testing/postgresql.hpp"

namespace collet::storage::testing {

enum class Kind { kSqlite, kPostgresql };

/// A folder, and on PostgreSQL a new database; both go with it.
class Place {
 public:
  explicit Place(Kind kind = Kind::kSqlite) {
    if (kind == Kind::kPostgresql && !server_for_tests().empty())
      database_ = std::make_unique<PostgresqlDatabase>(server_for_tests());
    skipped_ = kind == Kind::kPostgresql && !database_;
  }

  /// No server: what is opened is SQLite, so that members can be made, and the test must not run.
  bool skipped() const { return skipped_; }
  bool is_postgresql() const { return database_ != nullptr; }
  /// Empty for SQLite.
  std::string url() const { return database_ ? database_->url() : std::string(); }
  const collet::testing::TemporaryFolder& folder() const { return folder_; }

  Result<std::unique_ptr<Database>> try_open(Database::Options options = {}) const {
    options.url = url();
    return Database::open(folder_.path(), std::move(options));
  }
  std::unique_ptr<Database> open(Database::Options options = {}) const {
    auto opened = try_open(std::move(options));
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
  }

 private:
  collet::testing::TemporaryFolder folder_;
  std::unique_ptr<PostgresqlDatabase> database_;
  bool skipped_ = false;
};

}  // namespace collet::storage::testing
