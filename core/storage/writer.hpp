#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "storage/database.hpp"

namespace collet::storage {

/// The one thread that writes: takes what is queued as one transaction, commits, then reports. See
/// Database::write.
class Writer {
 public:
  Writer(std::unique_ptr<Session> session, const Database::Options& options);
  ~Writer();  ///< commits what is queued
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void push(Database::Job job, Database::Done done, std::size_t bytes);

 private:
  struct Item {
    Database::Job job;
    Database::Done done;
    std::size_t bytes = 0;
  };
  using Batch = std::vector<Item>;

  void work();
  bool next(Batch& batch);
  void commit(Batch& batch);
  /// One transaction over all items. `job_failed` tells a bad item from a failed commit.
  Result<void> attempt(std::span<Item> items, bool& job_failed);

  std::unique_ptr<Session> session_;
  const std::size_t max_jobs_;
  const std::size_t max_bytes_;
  const std::function<void()> before_commit_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Item> queue_;
  std::size_t queued_bytes_ = 0;
  bool closing_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace collet::storage
