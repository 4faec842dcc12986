// For tests: databases of a PostgreSQL server, and whole servers that can be ended and started again.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "collet/testing/temporary_folder.hpp"

namespace collet::storage::testing {

/// What COLLET_TEST_POSTGRESQL says: the URL of a server on which databases may be made. Empty: nothing.
std::string server_for_tests();

/// The same server, another database.
std::string with_database(const std::string& url, const std::string& name);

/// Runs SQL on a connection of its own; the first column of the rows. Throws std::runtime_error.
std::vector<std::string> run_sql(const std::string& url, const std::string& sql);

/// A new, empty database; removed at the end, whoever still uses it.
class PostgresqlDatabase {
 public:
  explicit PostgresqlDatabase(const std::string& server, const std::string& options = "");
  ~PostgresqlDatabase();
  PostgresqlDatabase(const PostgresqlDatabase&) = delete;
  PostgresqlDatabase& operator=(const PostgresqlDatabase&) = delete;
  std::string url() const { return with_database(server_, name_); }
  const std::string& name() const { return name_; }

 private:
  const std::string server_;
  const std::string name_;
};

/// A server of one's own that syncs its disk, by tests/harness/postgresql.
class PostgresqlServer {
 public:
  PostgresqlServer();
  ~PostgresqlServer();
  PostgresqlServer(const PostgresqlServer&) = delete;
  PostgresqlServer& operator=(const PostgresqlServer&) = delete;

  const std::string& url() const { return url_; }  ///< of its database `postgres`; empty: it doesn't run
  void crash() { control("stop", "immediate"); }
  void stop() { control("stop", "fast"); }
  void start_again() { control("again"); }

 private:
  void control(const char* command, const char* mode = "") const;
  collet::testing::TemporaryFolder folder_;
  std::string url_;
};

}  // namespace collet::storage::testing
