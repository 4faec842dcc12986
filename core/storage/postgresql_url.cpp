#include "storage/postgresql_url.hpp"

#include <libpq-fe.h>

#include <memory>

namespace collet::storage {
namespace {

std::string percent_encoded(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
    }
  }
  return out;
}

}  // namespace

bool PostgresqlUrl::is_one(std::string_view text) {
  return text.starts_with("postgresql://") || text.starts_with("postgres://");
}

Result<PostgresqlUrl> PostgresqlUrl::parse(const std::string& url) {
  const auto wrong = [] {
    return invalid("storage: no PostgreSQL URL like postgresql://user:password@host:5432/database");
  };
  // libpq would take other texts for its own list of words, and read no further than a NUL.
  if (!is_one(url) || url.find('\0') != std::string::npos) return wrong();
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(url.c_str(), nullptr), &PQconninfoFree);
  if (!options) return wrong();
  PostgresqlUrl parsed;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option)
    if (option->val != nullptr && *option->val != '\0') parsed.parameters_[option->keyword] = option->val;
  return parsed;
}

// The host, in brackets where it is an address whose colons would run into the port's.
std::string PostgresqlUrl::bracketed(std::string host) const {
  if (host.find(':') != std::string::npos && host.find(',') == std::string::npos) host = "[" + host + "]";
  const auto port = at("port");
  return port.empty() ? host : host + ":" + port;
}

std::string PostgresqlUrl::at(const std::string& name) const {
  const auto found = parameters_.find(name);
  return found == parameters_.end() ? std::string() : found->second;
}

std::string PostgresqlUrl::host() const {
  std::string host = at("host");
  if (host.empty()) host = at("hostaddr");
  if (host.empty()) return "the default host";
  return bracketed(host);
}

std::string PostgresqlUrl::database() const { return at("dbname"); }

std::string PostgresqlUrl::shown() const {
  const auto user = at("user");
  std::string host = at("host");
  if (host.starts_with('/')) host = percent_encoded(host);
  return "postgresql://" + (user.empty() ? "" : percent_encoded(user) + "@") + bracketed(host) + "/" +
         percent_encoded(database());
}

bool PostgresqlUrl::asks_for_tls() const {
  const auto mode = at("sslmode");
  return mode == "require" || mode.starts_with("verify");
}

std::string PostgresqlUrl::connection_text() const {
  std::string text = "postgresql://";
  char separator = '?';
  for (const auto& [name, value] : parameters_) {
    text += separator + name + "=" + percent_encoded(value);
    separator = '&';
  }
  return text;
}

}  // namespace collet::storage
