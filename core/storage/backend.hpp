// Inside this folder only: how a database is reached, one implementation each for SQLite and PostgreSQL.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"
#include "storage/changes.hpp"
#include "storage/migrations.hpp"
#include "storage/session.hpp"

namespace collet::storage {

enum class Use { kWriter, kReader };

/// Opens sessions of one database. `open` and `is_alive` are for any thread; what takes the writer's session,
/// for the thread that has it.
class Backend {
 public:
  /// Thrown by `commit`: a statement of the jobs has failed, which had been sent without waiting.
  class JobFailed : public StorageError {
   public:
    explicit JobFailed(const StorageError& failure) : StorageError(failure.error(), failure.cause()) {}
  };

  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  /// A reader's session refuses writes. Errors say what to do about them, without passwords.
  virtual Result<std::unique_ptr<Session>> open(Use use) const = 0;
  /// Brings the schema to the last of `steps`, on a writer's session.
  virtual Result<void> migrate(Session& writer, std::span<const Migration> steps) const = 0;
  virtual bool has_table(Session& session, const std::string& name) const = 0;  ///< throws StorageError

  /// Whether a session that nobody uses still has its connection. Cheap: asks the operating system only.
  virtual bool is_alive(Session& session) const noexcept = 0;

  /// Whether other servers may use the database too.
  virtual bool is_shared() const noexcept { return false; }
  /// Hears what other servers announce; null where there are none.
  virtual std::unique_ptr<Listener> listen(ChangeHandlers) { return nullptr; }

  /// The writer's transactions. Throw StorageError; a commit that fails with Cause::kLost may have happened.
  virtual void begin(Session& writer) = 0;
  virtual void commit(Session& writer) = 0;
  /// Whether the transaction of the last `begin` was stored, asked on a new session after its connection was
  /// lost. Throws StorageError when that can't be told yet.
  virtual bool was_committed(Session& writer) = 0;
  /// Between two transactions, for upkeep.
  virtual void after_commit(Session& writer) noexcept = 0;
};

}  // namespace collet::storage
