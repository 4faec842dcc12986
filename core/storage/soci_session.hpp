// Inside this folder only: what a Session holds. The one header that shows SOCI.
#pragma once
#include <soci/soci.h>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/session.hpp"

namespace collet::storage {

/// What went wrong, without values: SOCI's own text quotes them.
Error error_of(const soci::soci_error& failure);

/// A prepared statement with the places that its parameters and columns live in.
class PreparedStatement {
 public:
  PreparedStatement(soci::session& session, std::string_view sql, Params params,
                    std::span<const Column> columns);
  PreparedStatement(const PreparedStatement&) = delete;
  PreparedStatement& operator=(const PreparedStatement&) = delete;

  /// Whether it was prepared for values and columns of these types.
  bool fits(Params params, std::span<const Column> columns) const;
  void bind(Params params);
  soci::statement& statement() { return statement_; }

  struct Slot {
    bool is_text = false;
    long long integer = 0;
    std::string text = {};
  };
  std::vector<Slot>& columns() { return columns_; }

 private:
  std::vector<Slot> params_;
  std::vector<Slot> columns_;
  soci::statement statement_;
};

struct Session::Impl {
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  soci::session connection;
  std::unordered_map<std::string, std::unique_ptr<PreparedStatement>, Hash, std::equal_to<>> statements;
  int wal_pages = 0;  ///< SQLite: pages in the write-ahead log after the last commit

  PreparedStatement& prepared(std::string_view sql, Params params, std::span<const Column> columns);
  void drop(std::string_view sql) noexcept;
};

}  // namespace collet::storage
