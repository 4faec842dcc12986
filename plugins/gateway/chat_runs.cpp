#include "chat_runs.hpp"

#include <utility>
#include <vector>

namespace collet::gateway {

void ChatRuns::start() {
  watcher_ = std::thread([this] { watch(); });
}

void ChatRuns::stop() {
  std::vector<Ticket> left;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& [id, run] : runs_) left.push_back(id);
  }
  changed_.notify_all();
  if (watcher_.joinable()) watcher_.join();
  for (const auto id : left) end(id, {});
}

ChatRuns::Ticket ChatRuns::wait(const std::string& conversation, std::int64_t after_seq, Done done,
                                Meanwhile meanwhile) {
  const auto run = std::make_shared<Run>();
  const auto now = Clock::now();
  run->deadline = now + waiting_.patience;
  run->next_beat = meanwhile.beat ? now + waiting_.beat : Clock::time_point::max();
  run->done = std::move(done);
  run->meanwhile = std::move(meanwhile);
  Ticket id = 0;
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
    return id;
  } catch (...) {
    const std::lock_guard lock(mutex_);
    runs_.erase(id);
    throw;
  }
}

void ChatRuns::leave(Ticket ticket) {
  if (const auto run = take(ticket)) run->follow.cancel();
}

void ChatRuns::on_event(Ticket id, std::int64_t seq, std::string_view event) {
  std::shared_ptr<Run> run;
  {
    const std::lock_guard lock(mutex_);
    const auto found = runs_.find(id);
    if (found == runs_.end()) return;
    run = found->second;
  }
  // Events come one at a time, and nobody else looks at the progress before the run is out of the map.
  const auto times = run->progress.times();
  const auto status = run->progress.take(event);
  if (run->meanwhile.said && run->progress.times() != times) run->meanwhile.said(run->progress.text());
  if (status) end(id, {RunEnd::Why::kStatus, *status, run->progress.text(), run->progress.failure(), seq});
}

std::shared_ptr<ChatRuns::Run> ChatRuns::take(Ticket id) {
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(id);
  if (found == runs_.end()) return nullptr;
  auto run = std::move(found->second);
  runs_.erase(found);
  return run;
}

void ChatRuns::end(Ticket id, const RunEnd& how) {
  const auto run = take(id);
  if (!run) return;
  run->follow.cancel();
  run->done(how);
}

void ChatRuns::watch() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto first = std::min_element(runs_.begin(), runs_.end(), [](const auto& one, const auto& other) {
      return one.second->next() < other.second->next();
    });
    if (first == runs_.end()) {
      changed_.wait(lock);
      continue;
    }
    const auto [id, run] = *first;
    const auto now = Clock::now();
    if (const auto next = run->next(); now < next) {
      changed_.wait_until(lock, next);
      continue;
    }
    const bool is_late = run->deadline <= now;
    run->next_beat = run->meanwhile.beat ? now + waiting_.beat : run->next_beat;
    lock.unlock();
    is_late ? end(id, {RunEnd::Why::kTooLate, {}, {}, {}, 0}) : run->meanwhile.beat();
    lock.lock();
  }
}

}  // namespace collet::gateway
