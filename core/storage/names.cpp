#include "storage/names.hpp"

#include <optional>
#include <utility>

#include "storage/tenant.hpp"

namespace collet::storage {
namespace {

// What begins with `prefix` lies from it up to here; nothing: up to the end. Both databases order texts by
// their bytes.
std::optional<std::string> end_of_prefix(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
  if (prefix.empty()) return std::nullopt;
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

}  // namespace

std::vector<std::string> names_beginning(Session& session, std::string_view table,
                                         const std::string& prefix) {
  std::string sql = "SELECT name FROM " + std::string(table) + " WHERE tenant = :tenant AND name >= :first";
  std::vector<Param> params = {kTenant, prefix};
  const auto end = end_of_prefix(prefix);
  if (end) {
    sql += " AND name < :end";
    params.emplace_back(std::string_view(*end));
  }
  std::vector<std::string> names;
  session.query<std::string>(sql + " ORDER BY name", params,
                             [&](std::string& name) { names.push_back(std::move(name)); });
  return names;
}

}  // namespace collet::storage
