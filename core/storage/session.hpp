// One database connection with its prepared statements, as the SQL in this folder and in events/ sees it.
//
// SQL is written for SQLite and PostgreSQL alike: named parameters, each name used once, given in order of
// appearance. A statement is prepared at its first use and kept, so pass texts from a fixed set, never texts
// with values in them. Used by one thread at a time. Methods throw StorageError; jobs and readers let it
// pass, their runner catches it.
#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/result.hpp"

namespace collet::storage {

/// Why a statement failed, as far as others act upon it. The worse ones last.
enum class Cause {
  kStatement,  ///< the statement, its values or the disk
  kConflict,   ///< another server got in between: the whole transaction may succeed when it is run again
  kLost,       ///< the connection, and the transaction with it
};

/// A failed statement. The message never holds values or the database's own text.
class StorageError : public std::runtime_error {
 public:
  explicit StorageError(Error error, Cause cause = Cause::kStatement)
      : std::runtime_error(error.message), error_(std::move(error)), cause_(cause) {}
  const Error& error() const { return error_; }
  Cause cause() const { return cause_; }

 private:
  Error error_;
  Cause cause_;
};

/// A bound value. Text is copied; text with a NUL byte is refused (PostgreSQL would cut it there).
using Param = std::variant<std::int64_t, std::string_view>;
using Params = std::span<const Param>;

enum class Column { kInteger, kText };

struct PendingWrites;

class Session {
 public:
  struct Impl;
  explicit Session(std::unique_ptr<Impl> impl);
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  /// Runs a statement that returns no rows; prepared and kept.
  void execute(std::string_view sql, Params params);
  void execute(std::string_view sql, std::initializer_list<Param> params = {}) {
    execute(sql, Params(params.begin(), params.size()));
  }
  /// Runs a statement once without keeping it: schema changes and settings of the connection.
  void run(const std::string& sql);

  /// Calls `row(Types...)` per row with std::int64_t and std::string& columns (a text may be moved from).
  /// `row` may return false to stop. Example: query<std::int64_t, std::string>("SELECT seq, body …", {…},
  /// [](auto seq, auto& body) {…});
  template <class... Types, class F>
  void query(std::string_view sql, Params params, F row);
  template <class... Types, class F>
  void query(std::string_view sql, std::initializer_list<Param> params, F row) {
    query<Types...>(sql, Params(params.begin(), params.size()), std::move(row));
  }

  void begin();
  void begin_with(const std::string& sql);  ///< in place of BEGIN; run once
  void begun();                             ///< the same, but the transaction is begun by other means
  void commit();
  void rollback() noexcept;  ///< also drops the kept statements' state; never throws

  /// Tells other servers on the database, when the transaction is committed (changes.hpp). Nothing on SQLite.
  void announce(std::string_view change);

  /// What waits for flush (pending_writes.hpp); gone with the transaction.
  PendingWrites& pending_writes() { return *pending_writes_; }

  /// The worst failure since the transaction began, whoever has caught it meanwhile.
  std::optional<Cause> failure() const;

  Impl& impl() { return *impl_; }

  /// What a row callback reads from.
  class Row {
   public:
    virtual std::int64_t integer(std::size_t column) const = 0;
    virtual std::string& text(std::size_t column) = 0;

   protected:
    ~Row() = default;
  };
  /// As query, for columns that are known at run time only.
  void visit(std::string_view sql, Params params, std::span<const Column> columns,
             const std::function<bool(Row&)>& row);

 private:
  friend struct Impl;

  template <class T>
  static decltype(auto) get(Row& row, std::size_t column) {
    static_assert(std::is_same_v<T, std::int64_t> || std::is_same_v<T, std::string>);
    if constexpr (std::is_same_v<T, std::int64_t>) {
      return row.integer(column);
    } else {
      return (row.text(column));
    }
  }

  void forget_pending();

  std::unique_ptr<Impl> impl_;
  std::unique_ptr<PendingWrites> pending_writes_;
};

template <class... Types, class F>
void Session::query(std::string_view sql, Params params, F row) {
  static constexpr Column kColumns[] = {
      (std::is_same_v<Types, std::string> ? Column::kText : Column::kInteger)...};
  visit(sql, params, kColumns, [&](Row& values) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      if constexpr (std::is_void_v<decltype(row(get<Types>(values, I)...))>) {
        row(get<Types>(values, I)...);
        return true;
      } else {
        return static_cast<bool>(row(get<Types>(values, I)...));
      }
    }
    (std::index_sequence_for<Types...>());
  });
}

}  // namespace collet::storage
