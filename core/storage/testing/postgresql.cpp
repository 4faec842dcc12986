#include "storage/testing/postgresql.hpp"

#include <libpq-fe.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <stdexcept>

namespace collet::storage::testing {
namespace {

std::string random_name() {
  return "collet_test_" + std::to_string(::getpid()) + "_" + std::to_string(std::random_device{}());
}

std::string script(const std::string& arguments) {
  return std::string(COLLET_POSTGRESQL_SCRIPT) + " " + arguments;
}

}  // namespace

std::string server_for_tests() {
  const char* url = std::getenv("COLLET_TEST_POSTGRESQL");
  return url == nullptr ? "" : url;
}

std::string with_database(const std::string& url, const std::string& name) {
  const auto path = url.find('/', url.find("://") + 3);
  const auto query = url.find('?');
  const auto host = url.substr(0, std::min(path, query));
  return host + "/" + name + (query == std::string::npos ? "" : url.substr(query));
}

std::vector<std::string> run_sql(const std::string& url, const std::string& sql) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(url.c_str()), &PQfinish);
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql.c_str()), &PQclear);
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    throw std::runtime_error(PQerrorMessage(connection.get()));
  std::vector<std::string> rows;
  rows.reserve(static_cast<std::size_t>(PQntuples(result.get())));
  for (int i = 0; i < PQntuples(result.get()); ++i) rows.emplace_back(PQgetvalue(result.get(), i, 0));
  return rows;
}

PostgresqlDatabase::PostgresqlDatabase(const std::string& server, const std::string& options)
    : server_(server), name_(random_name()) {
  run_sql(server_, "CREATE DATABASE " + name_ + " TEMPLATE template0 " +
                       (options.empty() ? "ENCODING 'UTF8'" : options));
}

PostgresqlDatabase::~PostgresqlDatabase() {
  try {
    run_sql(server_, "DROP DATABASE " + name_ + " WITH (FORCE)");
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s stays: %s\n", name_.c_str(), failure.what());
  }
}

PostgresqlServer::PostgresqlServer() {
  const std::string command = script("start " + folder_.path());
  FILE* out = ::popen(command.c_str(), "r");
  if (out == nullptr) return;
  char line[512] = {};
  if (std::fgets(line, sizeof line, out) != nullptr) url_ = line;
  if (::pclose(out) != 0) url_.clear();
  while (!url_.empty() && url_.back() == '\n') url_.pop_back();
}

PostgresqlServer::~PostgresqlServer() {
  if (!url_.empty()) control("stop", "immediate");
}

void PostgresqlServer::control(const char* command, const char* mode) const {
  const std::string line = script(std::string(command) + " " + folder_.path() + " " + mode);
  if (std::system(line.c_str()) != 0)
    std::fprintf(stderr, "failed: %s\n", line.c_str());  // NOLINT: our own words
}

}  // namespace collet::storage::testing
