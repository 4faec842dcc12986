// URLs of PostgreSQL databases, as libpq takes them: postgresql://user:password@host:port/database?sslmode=…
// Also seen by the server's config; no header of libpq here.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace collet::storage {

class PostgresqlUrl {
 public:
  /// kInvalid without any part of the text, which may hold a password.
  static Result<PostgresqlUrl> parse(const std::string& url);
  /// Whether a text means to be one: postgresql:// or postgres://.
  static bool is_one(std::string_view text);

  /// For people: user, host, port and database, no password and no options.
  std::string shown() const;
  std::string host() const;      ///< "db.example:5432", or what stands for this machine's socket
  std::string database() const;  ///< empty: libpq's own choice
  bool asks_for_tls() const;

  /// Sets what the URL doesn't say.
  void set_default(const std::string& name, const std::string& value) { parameters_.emplace(name, value); }
  void set(const std::string& name, const std::string& value) { parameters_[name] = value; }
  /// All of it for libpq, one word without blanks. Holds the password.
  std::string connection_text() const;

 private:
  std::string at(const std::string& name) const;
  std::string bracketed(std::string host) const;
  std::map<std::string, std::string> parameters_;  // by libpq's names, nothing escaped
};

}  // namespace collet::storage
