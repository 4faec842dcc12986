#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <span>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "storage/backend.hpp"
#include "storage/database.hpp"
#include "storage/write_stats.hpp"

namespace collet::storage {

/// The one thread that writes: takes what is queued as one transaction, commits, then reports. See
/// Database::write. When the connection is lost it makes a new one, finds out whether the last commit has
/// happened, and runs the transaction again if not.
class Writer {
 public:
  Writer(Backend& backend, std::unique_ptr<Session> session, const Database::Options& options);
  ~Writer();  ///< commits what is queued
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void push(Database::Job job, Database::Done done, std::size_t bytes);

  /// Any thread.
  WriteStats stats() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Item {
    Database::Job job;
    Database::Done done;
    std::size_t bytes = 0;
    Clock::time_point pushed = {};
  };
  using Batch = std::vector<Item>;

  /// What an attempt has come to.
  enum class Blame {
    kNobody,    ///< stored, or failed for good
    kJob,       ///< one of the jobs failed, and took the others' transaction with it
    kConflict,  ///< another server got in between
    kAway,      ///< the database is not reachable
  };
  struct Attempt {
    Result<void> outcome;
    Blame blame = Blame::kNobody;
  };

  void work();
  /// Takes what is queued. When several writers were at it together, those that the last batch has released
  /// are waited for a little; a single one waits for nobody.
  bool next(Batch& batch);
  void store(std::span<Item> items);
  /// One transaction over all items.
  Attempt attempt(std::span<Item> items);
  Attempt run_jobs(std::span<Item> items);
  Attempt failed(const StorageError& failure, bool committing);
  /// Makes sure of a session. False: the database is not reachable.
  bool connected();
  /// Whether the commit that was cut off has happened; nothing: it can't be told yet.
  std::optional<bool> was_committed();
  void settle(const Item& item, Result<void> outcome);
  /// Reports the items that have waited too long, the oldest first; returns the others.
  std::span<Item> give_up_on_old(std::span<Item> items);
  void pause(std::chrono::milliseconds longest);

  Backend& backend_;
  const std::size_t max_jobs_;
  const std::size_t max_bytes_;
  const std::chrono::milliseconds patience_;
  const std::function<void()> before_commit_;
  const bool gathers_;  // where a commit costs round trips

  // The writer's thread only.
  std::unique_ptr<Session> session_;  // null: to be opened
  bool in_doubt_ = false;             // the connection was lost during a commit
  bool away_ = false;                 // has been logged
  std::minstd_rand random_{std::random_device{}()};

  std::chrono::microseconds gathering_{0};  // how long to wait for writers who come back

  std::atomic<std::uint64_t> stored_{0}, failed_{0}, commits_{0}, micros_{0};

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Item> queue_;
  std::size_t queued_bytes_ = 0;
  std::size_t unsettled_ = 0;  // queued or being written
  std::size_t expected_ = 0;   // so many were at it when the last batch was reported
  std::size_t wanted_ = 1;     // wakes the thread
  bool closing_ = false;
  Clock::time_point closed_at_ = Clock::time_point::max();
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace collet::storage
