#include "fetch_workers.hpp"

#include <utility>

#include "collet/host.hpp"
#include "fetch_error.hpp"
#include "installed.hpp"
#include "storage_error.hpp"

namespace collet::skill_files {
namespace {

constexpr std::size_t kThreads = 2, kMostWaiting = 32;

Response answer_of(const std::function<Response()>& work) {
  try {
    return work();
  } catch (const Refusal& refusal) {
    return refusal.response();
  } catch (const FetchError& error) {
    return Response::error(error.status(), error.what());
  } catch (const StorageError& error) {
    return Response::error(error.status(), error.what());
  } catch (const FileError& error) {
    return Response::error(422, error.what());
  } catch (const HostError& error) {
    return Response::error(503, error.what());
  }
}

}  // namespace

void FetchWorkers::start() {
  const std::lock_guard lock(mutex_);
  running_ = true;
  for (std::size_t i = 0; i < kThreads; ++i) threads_.emplace_back([this] { work(); });
}

void FetchWorkers::stop() {
  std::deque<Task> dropped;
  {
    const std::lock_guard lock(mutex_);
    running_ = false;
    dropped.swap(waiting_);
  }
  cancellation_.cancel();
  changed_.notify_all();
  for (auto& task : dropped) task.reply.send(Response::error(503, "The server is stopping"));
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void FetchWorkers::answer(Reply reply, std::function<Response()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (running_ && waiting_.size() < kMostWaiting) {
      waiting_.push_back({std::move(reply), std::move(work)});
      changed_.notify_one();
      return;
    }
  }
  reply.send(Response::error(503, "Too many requests of this kind wait; try again later"));
}

void FetchWorkers::work() {
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !running_ || !waiting_.empty(); });
    if (!running_) return;
    auto task = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    try {
      task.reply.send(answer_of(task.work));
    } catch (const std::exception&) {
      // Dropped unanswered: the host answers 500 and logs it.
    }
  }
}

}  // namespace collet::skill_files
