#include "storage/writer.hpp"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "storage/pending_writes.hpp"

namespace collet::storage {

namespace {

// Bounds of one transaction: past these a longer batch saves nothing and only delays its first member.
constexpr std::size_t kBatchJobs = 1024;
constexpr std::size_t kBatchBytes = 8U << 20;
// Beyond so many, each after a pause up to twice as long as the last, somebody else never stops writing.
constexpr int kConflicts = 15;
constexpr std::chrono::milliseconds kFirstPause{2};
constexpr std::chrono::milliseconds kLongestPause{500};
// Writers who come back are waited for until a batch is worth its commit: a part of the time that the last
// one took.
constexpr std::size_t kWorthCommit = 16;
constexpr int kGatheringPart = 8;
constexpr std::chrono::microseconds kLongestGathering{300};
constexpr std::chrono::seconds kClosingPatience{5};  // with a database that is away while we close

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

Writer::Writer(Backend& backend, std::unique_ptr<Session> session, const Database::Options& options)
    : backend_(backend),
      max_jobs_(options.queue_jobs),
      max_bytes_(options.queue_bytes),
      patience_(options.outage_patience),
      before_commit_(options.before_commit),
      gathers_(backend.is_shared()),
      session_(std::move(session)),
      thread_([this] { work(); }) {}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    closed_at_ = Clock::now();
  }
  wake_.notify_one();
  thread_.join();
}

void Writer::push(Database::Job job, Database::Done done, std::size_t bytes) {
  const char* refusal = nullptr;
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    // One job larger than the bound still gets in when nothing waits: it could never be written otherwise.
    if (closing_) {
      refusal = "storage: closing";
    } else if (queue_.size() >= max_jobs_ || (!queue_.empty() && queued_bytes_ + bytes > max_bytes_)) {
      refusal = "storage: too many writes are waiting";
    } else {
      queue_.push_back({std::move(job), std::move(done), bytes, Clock::now()});
      queued_bytes_ += bytes;
      ++unsettled_;
      wake = queue_.size() >= wanted_;
    }
  }
  if (refusal == nullptr) {
    if (wake) wake_.notify_one();
    return;
  }
  ++failed_;
  report(done, unavailable(refusal));  // NOLINT(bugprone-use-after-move): moved only without a refusal
}

void Writer::settle(const Item& item, Result<void> outcome) {
  ++(outcome ? stored_ : failed_);
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - item.pushed);
  micros_ += static_cast<std::uint64_t>(took.count());
  {
    const std::lock_guard lock(mutex_);
    expected_ = std::max(expected_, unsettled_--);
  }
  report(item.done, std::move(outcome));
}

WriteStats Writer::stats() const {
  WriteStats now{.stored = stored_, .failed = failed_, .commits = commits_};
  now.seconds = static_cast<double>(micros_) / 1e6;
  const std::lock_guard lock(mutex_);
  now.waiting = unsettled_;
  return now;
}

bool Writer::next(Batch& batch) {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
  if (gathers_ && expected_ > 1) {
    wanted_ = std::min(expected_, kWorthCommit);
    wake_.wait_for(lock, gathering_, [this] { return closing_ || queue_.size() >= wanted_; });
    wanted_ = 1;
  }
  std::size_t bytes = 0;
  while (!queue_.empty() && batch.size() < kBatchJobs && bytes < kBatchBytes) {
    bytes += queue_.front().bytes;
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  queued_bytes_ -= bytes;
  expected_ = 0;
  return !batch.empty();
}

void Writer::work() {
  Batch batch;
  while (next(batch)) {
    const auto begin = Clock::now();
    store(batch);
    gathering_ = std::min(kLongestGathering, std::chrono::duration_cast<std::chrono::microseconds>(
                                                 (Clock::now() - begin) / kGatheringPart));
    batch.clear();
    if (session_) backend_.after_commit(*session_);
  }
}

void Writer::store(std::span<Item> items) {
  in_doubt_ = false;  // of other items
  int conflicts = 0;
  auto longest = kFirstPause;
  while (!items.empty()) {
    auto [outcome, blame] = attempt(items);
    if (blame == Blame::kJob && items.size() > 1) {
      // One of them is bad and took the others' transaction with it: give each its own.
      for (auto& item : items) store({&item, 1});
      return;
    }
    if (blame == Blame::kAway) {
      items = give_up_on_old(items);
    } else if (blame != Blame::kConflict || ++conflicts > kConflicts) {
      for (auto& item : items) settle(item, outcome);
      return;
    }
    if (!items.empty()) pause(longest);
    longest = std::min(longest * 2, kLongestPause);
  }
}

Writer::Attempt Writer::attempt(std::span<Item> items) {
  if (!connected()) return {{}, Blame::kAway};
  if (in_doubt_) {
    const auto stored = was_committed();
    if (!stored) return {{}, Blame::kAway};
    in_doubt_ = false;
    if (*stored) {
      ++commits_;
      return {};
    }
  }
  bool committing = false;
  try {
    backend_.begin(*session_);
    if (auto done = run_jobs(items); done.blame != Blame::kNobody) return done;
    if (before_commit_) before_commit_();
    committing = true;
    backend_.commit(*session_);
    ++commits_;
    return {};
  } catch (const Backend::JobFailed& failure) {
    auto done = failed(failure, committing);
    if (done.blame == Blame::kNobody) done.blame = Blame::kJob;
    return done;
  } catch (const StorageError& failure) {
    return failed(failure, committing);
  } catch (const std::exception&) {
    session_->rollback();
    return {unavailable("storage: a commit failed")};
  }
}

Writer::Attempt Writer::run_jobs(std::span<Item> items) {
  const Database::Job last = [](Session& session) -> Result<void> {
    flush(session);
    return {};
  };
  for (std::size_t i = 0; i <= items.size(); ++i) {
    auto outcome = run(i < items.size() ? items[i].job : last, *session_);
    const auto failure = session_->failure();
    if (outcome && !failure) continue;
    // Whatever the job makes of it, and whichever job it is.
    if (failure && *failure != Cause::kStatement)
      return failed(StorageError(unavailable("storage: a write failed"), *failure), false);
    session_->rollback();
    if (outcome) outcome = internal("storage: a write passed over a failed statement");
    return {std::move(outcome), Blame::kJob};
  }
  return {};
}

Writer::Attempt Writer::failed(const StorageError& failure, bool committing) {
  if (failure.cause() == Cause::kLost) {
    in_doubt_ = committing;
    session_.reset();
    return {failure.error(), Blame::kAway};
  }
  session_->rollback();
  if (failure.cause() == Cause::kConflict)
    return {unavailable("storage: other servers are changing the same data"), Blame::kConflict};
  return {failure.error()};
}

bool Writer::connected() {
  if (session_) return true;
  auto opened = backend_.open(Use::kWriter);
  if (opened) {
    session_ = std::move(*opened);
    if (std::exchange(away_, false)) log::info("storage", "The database is reachable again.");
  } else if (!std::exchange(away_, true)) {
    log::warning("storage", opened.error().message + "; writes wait for it.");
  }
  return session_ != nullptr;
}

std::optional<bool> Writer::was_committed() {
  try {
    return backend_.was_committed(*session_);
  } catch (const StorageError& failure) {
    if (failure.cause() == Cause::kLost) session_.reset();
    return std::nullopt;
  }
}

std::span<Writer::Item> Writer::give_up_on_old(std::span<Item> items) {
  auto closed_at = Clock::time_point::max();
  {
    const std::lock_guard lock(mutex_);
    if (closing_) closed_at = closed_at_ + kClosingPatience;
  }
  const auto now = Clock::now();
  const std::string message =
      in_doubt_ ? "storage: the database is not reachable; whether the write is stored is not known"
                : "storage: the database is not reachable";
  while (!items.empty() && now >= std::min(items.front().pushed + patience_, closed_at)) {
    settle(items.front(), unavailable(message));
    items = items.subspan(1);
  }
  return items;
}

// For some part of `longest`, so that servers that got into each other's way don't meet again.
void Writer::pause(std::chrono::milliseconds longest) {
  std::uniform_int_distribution<std::int64_t> some(longest.count() / 2, longest.count());
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, std::chrono::milliseconds(some(random_)), [] { return false; });
}

}  // namespace collet::storage
