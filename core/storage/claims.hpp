// Divides the conversations of one PostgreSQL database among the servers that use it: each conversation is
// written by one server at a time, its owner. A server is alive while its heartbeat, on the database's clock,
// is younger than the lease. On SQLite there is none of this: the state folder's lock lets one server in.
//
// Any thread. Methods block on the database.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "storage/claim.hpp"
#include "storage/database.hpp"

namespace collet::storage {

/// Whether a server has been heard of in the last minute. Inside a transaction, or on a reader.
bool is_in_use(Session& session);

/// The id of a state folder, made when it has none. The folder must be there, and locked.
Result<std::string> node_of(const std::filesystem::path& state_dir);

class Claims {
 public:
  struct Options {
    std::string name;  ///< of this server, for people: "host:8000"
    std::string
        node;  ///< of its state folder (node_of): whoever had this before is gone, since we hold the lock
    std::chrono::milliseconds lease{15'000};  ///< without a heartbeat for so long a server counts as gone
    std::chrono::milliseconds beat{3'000};
  };

  /// Registers this server, and keeps its heart beating on a thread of its own. `database` must outlive it.
  static Result<std::unique_ptr<Claims>> start(Database& database, Options options);
  /// Gives up what it has at once.
  ~Claims();
  Claims(const Claims&) = delete;
  Claims& operator=(const Claims&) = delete;

  /// The claim of a conversation that is about to be made.
  Claim first() const { return {id_, 1}; }
  /// Makes this server the owner. kNotFound; kConflict: another one is, and alive; the message names it.
  Result<Claim> take(const std::string& conversation);
  /// Whether it is still ours.
  Result<bool> holds(const std::string& conversation, const Claim& claim) const;
  /// The conversations of this status whose owner is gone, or that have none.
  Result<std::vector<std::string>> orphans(const std::string& status) const;

  /// How often the heart has stood still for longer than the lease: others may have taken what was ours.
  int lapses() const { return lapses_; }
  const Options& options() const { return options_; }

 private:
  Claims(Database& database, Options options);
  Result<void> beat();
  void keep_beating();

  Database& database_;
  const Options options_;
  const std::string id_;
  std::unique_ptr<Session> session_;  // the thread's, once it runs; null: to be opened
  std::atomic<int> lapses_ = 0;

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace collet::storage
