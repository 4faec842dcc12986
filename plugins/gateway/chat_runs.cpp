#include "chat_runs.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace collet::gateway {

void ChatRuns::start() {
  watcher_ = std::thread([this] { watch(); });
}

void ChatRuns::stop() {
  std::vector<std::uint64_t> left;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& [id, run] : runs_) left.push_back(id);
  }
  changed_.notify_all();
  if (watcher_.joinable()) watcher_.join();
  for (const auto id : left) end(id, {});
}

void ChatRuns::wait(const std::string& conversation, std::int64_t after_seq, Done done) {
  const auto run = std::make_shared<Run>();
  run->deadline = Clock::now() + patience_;
  run->done = std::move(done);
  std::uint64_t id = 0;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || runs_.size() >= kMostRuns)
      throw HostError(COLLET_UNAVAILABLE, "too many chat completions are under way");
    id = next_++;
    runs_.emplace(id, run);
  }
  changed_.notify_all();
  try {
    auto follow = host_.events().follow(
        conversation, after_seq,
        [this, id](std::int64_t seq, std::string_view event) { on_event(id, seq, event); },
        [this, id](collet_status) { end(id, {}); });
    const std::lock_guard lock(mutex_);
    // Else it has ended already, and the follow ends here.
    if (runs_.contains(id)) run->follow = std::move(follow);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    runs_.erase(id);
    throw;
  }
}

void ChatRuns::on_event(std::uint64_t id, std::int64_t seq, std::string_view event) {
  std::shared_ptr<Run> run;
  {
    const std::lock_guard lock(mutex_);
    const auto found = runs_.find(id);
    if (found == runs_.end()) return;
    run = found->second;
  }
  // Events come one at a time, and nobody else looks at the progress before the run is out of the map.
  const auto status = run->progress.take(event);
  if (status) end(id, {RunEnd::Why::kStatus, *status, run->progress.text(), run->progress.failure(), seq});
}

void ChatRuns::end(std::uint64_t id, const RunEnd& how) {
  std::shared_ptr<Run> run;
  {
    const std::lock_guard lock(mutex_);
    const auto found = runs_.find(id);
    if (found == runs_.end()) return;
    run = std::move(found->second);
    runs_.erase(found);
  }
  run->follow.cancel();
  run->done(how);
}

void ChatRuns::watch() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto first = std::min_element(runs_.begin(), runs_.end(), [](const auto& one, const auto& other) {
      return one.second->deadline < other.second->deadline;
    });
    if (first == runs_.end()) {
      changed_.wait(lock);
      continue;
    }
    const auto id = first->first;
    const auto deadline = first->second->deadline;
    if (Clock::now() < deadline) {
      changed_.wait_until(lock, deadline);
      continue;
    }
    lock.unlock();
    end(id, {RunEnd::Why::kTooLate, {}, {}, {}, 0});
    lock.lock();
  }
}

}  // namespace collet::gateway
