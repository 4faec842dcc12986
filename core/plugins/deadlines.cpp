#include "plugins/deadlines.hpp"

#include <string>
#include <system_error>

namespace collet::plugins {

Deadlines::~Deadlines() { stop(); }

Result<void> Deadlines::start() {
  try {
    thread_ = std::thread([this] { work(); });
  } catch (const std::system_error& e) {
    return internal(std::string("cannot start a thread: ") + e.what());
  }
  return {};
}

void Deadlines::stop() {
  std::map<Handle, std::function<void()>> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    dropped.swap(due_);
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Deadlines::Handle Deadlines::add(Time when, std::function<void()> due) {
  const std::lock_guard lock(mutex_);
  const Handle handle{when, ++last_};
  if (stopped_) return handle;
  due_.emplace(handle, std::move(due));
  if (due_.begin()->first == handle) changed_.notify_all();  // the thread waits for a later one, or for any
  return handle;
}

void Deadlines::remove(const Handle& handle) {
  std::function<void()> dropped;
  const std::lock_guard lock(mutex_);
  const auto found = due_.find(handle);
  if (found == due_.end()) return;
  dropped = std::move(found->second);  // destroyed outside the lock
  due_.erase(found);
}

void Deadlines::work() {
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    if (due_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const auto first = due_.begin();
    if (std::chrono::steady_clock::now() < first->first.first) {
      const Time when = first->first.first;
      changed_.wait_until(lock, when);
      continue;
    }
    auto due = std::move(first->second);
    due_.erase(first);
    lock.unlock();
    due();
    due = nullptr;
    lock.lock();
  }
}

}  // namespace collet::plugins
