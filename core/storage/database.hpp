// One database: a writer with group commit and a small pool of readers.
//
// Writes are jobs on one thread. A batch is whatever queued while the last commit ran (on PostgreSQL also
// what comes right after it), so that many writers share one sync of the disk and a single one waits for
// nobody. Any thread may call; jobs and completions run on the writer's.
#pragma once
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "base/result.hpp"
#include "storage/changes.hpp"
#include "storage/migrations.hpp"
#include "storage/session.hpp"
#include "storage/write_stats.hpp"

namespace collet::storage {

/// What an acknowledged write survives.
enum class Synchronous {
  kFull,    ///< power loss
  kNormal,  ///< the end of the process; power loss may take the last moments
};

struct DatabaseOptions {
  std::string url = {};  ///< postgresql://…; empty: SQLite in the state folder
  Synchronous synchronous = Synchronous::kFull;
  std::size_t read_sessions = 4;
  std::chrono::milliseconds lease_timeout{5000};  ///< a reader waits this long for a session
  std::size_t queue_jobs = 20'000;                ///< waiting writes; beyond it: kUnavailable
  std::size_t queue_bytes = 64U << 20;
  std::chrono::milliseconds outage_patience{30'000};  ///< a write waits so long for a PostgreSQL that is away
  std::function<void()> before_commit = {};  ///< for tests: an exception from it makes the commit fail
};

class Database {
 public:
  using Options = DatabaseOptions;

  /// Opens the server's database: `collet.sqlite3` in its state folder, or that of the options' URL. The
  /// folder (made with mode 0700) stays locked while the Database lives, for it holds more than the database.
  /// kUnavailable: another process has it (named by its pid), or the schema is newer.
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& state_dir, Options options = {});
  /// Opens one file with its own schema, without a lock: for files inside a state folder that is locked
  /// already.
  static Result<std::unique_ptr<Database>> open_file(const std::filesystem::path& file,
                                                     std::span<const Migration> steps, Options options = {});

  /// Opens a PostgreSQL database by libpq's URL, without a state folder. Other servers may use it too.
  static Result<std::unique_ptr<Database>> open_postgresql(const std::string& url, Options options = {});

  /// Commits what is queued, then closes. Nobody may call in any more.
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Any thread.
  WriteStats write_stats() const;
  /// Whether other servers may use this database too.
  bool is_shared() const;
  /// A session of the caller's own, which commits every statement by itself.
  Result<std::unique_ptr<Session>> open_session() const;
  /// Begins to hear what other servers announce (changes.hpp); nothing where there are none. Once.
  void listen(ChangeHandlers handlers);
  /// Ends that: afterwards no handler runs.
  void stop_listening();

  /// A write: runs inside a transaction, may run again after a roll-back (so it sets what it reports anew
  /// each time), fails by returning an Error or by StorageError. Then nothing of it is stored, and its
  /// batch-mates are. Only when PostgreSQL goes away during a commit and stays away can't that be told: the
  /// error says so.
  using Job = std::function<Result<void>(Session&)>;
  using Done = std::function<void(Result<void>)>;

  /// Queues a write; `done` is called after its commit, in the order of the writes, and must not block. It is
  /// also called, on the calling thread, when the queue is full or closing. `bytes`: about how much it holds
  /// in memory.
  void write(Job job, Done done, std::size_t bytes = 0);
  /// The same, and waits. Not for I/O threads, nor from within a job or completion.
  Result<void> write_and_wait(Job job, std::size_t bytes = 0);

  /// Runs `f(Session&) -> Result<T>` (or T) on a read session, on the calling thread; blocks while all are in
  /// use.
  template <class F>
  auto read(F f) const {
    using R = std::invoke_result_t<F, Session&>;
    std::optional<R> out;
    auto outcome = read_with([&](Session& session) { out.emplace(f(session)); });
    using Wrapped = typename Unwrap<R>::type;
    if (!outcome) return Result<Wrapped>(outcome.error());
    if constexpr (std::is_same_v<R, Result<Wrapped>>) {
      return std::move(*out);
    } else {
      return Result<Wrapped>(std::move(*out));
    }
  }

 private:
  template <class T>
  struct Unwrap {
    using type = T;
  };
  template <class T>
  struct Unwrap<Result<T>> {
    using type = T;
  };

  struct Parts;
  explicit Database(std::unique_ptr<Parts> parts);
  static Result<std::unique_ptr<Database>> open_parts(std::unique_ptr<Parts> parts,
                                                      std::span<const Migration> steps,
                                                      const Options& options);
  Result<void> read_with(const std::function<void(Session&)>& f) const;

  std::unique_ptr<Parts> parts_;
};

}  // namespace collet::storage
