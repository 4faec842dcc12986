// Inside this folder only: what a Session holds. The one header that shows SOCI.
#pragma once
#include <soci/soci.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/pending_writes.hpp"
#include "storage/session.hpp"

namespace collet::storage {

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

/// One class derived from it for each kind of database.
struct Session::Impl {
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  virtual ~Impl() = default;

  soci::session connection;
  std::unordered_map<std::string, std::unique_ptr<PreparedStatement>, Hash, std::equal_to<>> statements;
  std::optional<Cause> failure = {};  ///< the worst one since the transaction began

  PreparedStatement& prepared(std::string_view sql, Params params, std::span<const Column> columns);
  void drop(std::string_view sql) noexcept;
  StorageError note(const soci::soci_error& failed);
  void note(const StorageError& failed);
  virtual void announce(std::string_view) {}
  /// Sends rows of the writer's transaction without waiting; whether this database can. What fails shows at
  /// the next use of the connection.
  virtual bool send(std::span<const PendingWrites::Event>) { return false; }
  virtual bool send(std::span<const ConversationRow>) { return false; }
  /// Waits for what was sent, whatever comes of it: the transaction is about to be rolled back.
  virtual void forget_sent() noexcept {}
  /// Around each use of the connection. May throw StorageError, of what was sent before.
  virtual void enter() {}
  virtual void leave() noexcept {}
  class InUse {
   public:
    explicit InUse(Impl& impl) : impl_(impl) { impl_.enter(); }
    ~InUse() { impl_.leave(); }
    InUse(const InUse&) = delete;
    InUse& operator=(const InUse&) = delete;

   private:
    Impl& impl_;
  };

 private:
  friend class Session;
  /// What went wrong, without values: SOCI's own text quotes them.
  virtual StorageError explain(const soci::soci_error& failed) const = 0;
  /// Whether a query's statement can be kept after `bytes` of text were read, up to the end or not.
  virtual bool may_keep(bool at_end, std::size_t bytes) const = 0;
};

}  // namespace collet::storage
