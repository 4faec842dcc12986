#include "base/worker_pool.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "base/log.hpp"

namespace collet {
namespace {

using Task = std::function<void()>;

struct Owner {
  explicit Owner(std::string_view n) : name(n) {}

  const std::string name;
  std::deque<Task> waiting;
  std::size_t running = 0;
  bool listed = false;  // in the ring of owners that a thread may serve now
};

void run(Task& task) {
  try {
    task();
  } catch (const std::exception& e) {
    log::error("worker", e.what());
  } catch (...) {
    log::error("worker", "a task threw something that is no std::exception");
  }
}

}  // namespace

struct WorkerPool::Impl {
  explicit Impl(Options wanted) : options(wanted) {
    options.threads = std::max<std::size_t>(options.threads, 1);
    if (options.per_owner == 0) options.per_owner = std::max<std::size_t>(options.threads - 1, 1);
  }

  // Under the mutex: puts the owner into the ring when it has something to run and may run it.
  void list(Owner& owner) {
    if (owner.listed || owner.waiting.empty() || owner.running >= options.per_owner) return;
    owner.listed = true;
    ring.push_back(&owner);
    wake.notify_one();
  }

  void work() {
    std::unique_lock lock(mutex);
    for (;;) {
      wake.wait(lock, [this] { return stopped || !ring.empty(); });
      if (stopped) return;
      Owner& owner = *ring.front();
      ring.pop_front();
      owner.listed = false;
      Task task = std::move(owner.waiting.front());
      owner.waiting.pop_front();
      ++owner.running;
      ++running;
      list(owner);
      lock.unlock();
      run(task);
      task = nullptr;  // what it holds is destroyed outside the lock
      lock.lock();
      --owner.running;
      if (--running == 0) idle.notify_all();
      list(owner);
      if (owner.running == 0 && owner.waiting.empty()) owners.erase(owners.find(owner.name));
    }
  }

  Options options;
  mutable std::mutex mutex;
  std::condition_variable wake, idle;
  std::size_t running = 0;                           // tasks of all owners
  std::map<std::string, Owner, std::less<>> owners;  // those with tasks; the ring points into it
  std::deque<Owner*> ring;
  std::vector<std::thread> threads;
  bool stopped = false;
};

WorkerPool::WorkerPool(Options options) : impl_(std::make_unique<Impl>(options)) {}

WorkerPool::~WorkerPool() { stop(); }

Result<void> WorkerPool::start() {
  try {
    while (impl_->threads.size() < impl_->options.threads)
      impl_->threads.emplace_back([impl = impl_.get()] { impl->work(); });
  } catch (const std::system_error& e) {
    stop();
    return internal(std::string("cannot start a worker thread: ") + e.what());
  }
  return {};
}

bool WorkerPool::post(std::string_view owner, Task task) {
  std::lock_guard lock(impl_->mutex);
  if (impl_->stopped) return false;
  auto found = impl_->owners.find(owner);
  if (found == impl_->owners.end()) found = impl_->owners.try_emplace(std::string(owner), owner).first;
  if (found->second.waiting.size() >= impl_->options.queue_length) return false;
  found->second.waiting.push_back(std::move(task));
  impl_->list(found->second);
  return true;
}

std::size_t WorkerPool::queue_depth(std::string_view owner) const {
  std::lock_guard lock(impl_->mutex);
  const auto found = impl_->owners.find(owner);
  return found == impl_->owners.end() ? 0 : found->second.waiting.size();
}

void WorkerPool::close() {
  std::vector<Task> dropped;
  {
    std::lock_guard lock(impl_->mutex);
    impl_->stopped = true;
    impl_->ring.clear();
    for (auto& [name, owner] : impl_->owners) {
      for (auto& task : owner.waiting) dropped.push_back(std::move(task));
      owner.waiting.clear();
      owner.listed = false;
    }
  }
  impl_->wake.notify_all();
}

bool WorkerPool::wait_idle(std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(impl_->mutex);
  return impl_->idle.wait_until(lock, until, [this] { return impl_->running == 0; });
}

void WorkerPool::stop() {
  close();
  for (auto& thread : impl_->threads) thread.join();
  impl_->threads.clear();
}

}  // namespace collet
