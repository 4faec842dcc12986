#include "storage/writer.hpp"

#include <exception>
#include <utility>

#include "base/log.hpp"
#include "storage/sqlite.hpp"

namespace collet::storage {

namespace {

// Bounds of one transaction: past these a longer batch saves nothing and only delays its first member.
constexpr std::size_t kBatchJobs = 1024;
constexpr std::size_t kBatchBytes = 8U << 20;

Result<void> run(const Database::Job& job, Session& session) {
  try {
    return job(session);
  } catch (const StorageError& failure) {
    return failure.error();
  } catch (const std::exception&) {
    return internal("storage: a write failed");  // the text may hold values
  }
}

void report(const Database::Done& done, Result<void> outcome) {
  if (!done) return;
  try {
    done(std::move(outcome));
  } catch (const std::exception& failure) {
    log::error("storage", std::string("A completion threw: ") + failure.what());
  }
}

}  // namespace

Writer::Writer(std::unique_ptr<Session> session, const Database::Options& options)
    : session_(std::move(session)),
      max_jobs_(options.queue_jobs),
      max_bytes_(options.queue_bytes),
      before_commit_(options.before_commit),
      thread_([this] { work(); }) {}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Writer::push(Database::Job job, Database::Done done, std::size_t bytes) {
  const char* refusal = nullptr;
  {
    const std::lock_guard lock(mutex_);
    // One job larger than the bound still gets in when nothing waits: it could never be written otherwise.
    if (closing_) {
      refusal = "storage: closing";
    } else if (queue_.size() >= max_jobs_ || (!queue_.empty() && queued_bytes_ + bytes > max_bytes_)) {
      refusal = "storage: too many writes are waiting";
    } else {
      queue_.push_back({std::move(job), std::move(done), bytes});
      queued_bytes_ += bytes;
    }
  }
  if (refusal != nullptr) {
    report(done, unavailable(refusal));
  } else {
    wake_.notify_one();
  }
}

bool Writer::next(Batch& batch) {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
  std::size_t bytes = 0;
  while (!queue_.empty() && batch.size() < kBatchJobs && bytes < kBatchBytes) {
    bytes += queue_.front().bytes;
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  queued_bytes_ -= bytes;
  return !batch.empty();
}

void Writer::work() {
  Batch batch;
  while (next(batch)) {
    commit(batch);
    batch.clear();
    checkpoint_sqlite(*session_);
  }
}

Result<void> Writer::attempt(std::span<Item> items, bool& job_failed) {
  try {
    session_->begin();
    for (auto& item : items) {
      if (auto outcome = run(item.job, *session_); !outcome) {
        job_failed = true;
        session_->rollback();
        return outcome;
      }
    }
    if (before_commit_) before_commit_();
    session_->commit();
    return {};
  } catch (const StorageError& failure) {
    session_->rollback();
    return failure.error();
  } catch (const std::exception&) {
    session_->rollback();
    return unavailable("storage: a commit failed");
  }
}

void Writer::commit(Batch& batch) {
  bool job_failed = false;
  auto outcome = attempt(batch, job_failed);
  if (!outcome && job_failed && batch.size() > 1) {
    // One of them is bad and took the others' transaction with it: give each its own.
    for (auto& item : batch) report(item.done, attempt({&item, 1}, job_failed));
    return;
  }
  for (auto& item : batch) report(item.done, outcome);
}

}  // namespace collet::storage
