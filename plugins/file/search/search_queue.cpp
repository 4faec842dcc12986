#include "search/search_queue.hpp"

#include <utility>

namespace collet::file {

SearchQueue::~SearchQueue() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
}

bool SearchQueue::post(std::function<void()> search) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= limits_.waiting) return false;
    if (threads_.size() < limits_.threads) threads_.emplace_back([this] { work(); });
    waiting_.push_back(std::move(search));
  }
  changed_.notify_one();
  return true;
}

void SearchQueue::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    {
      const auto search = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      search();
    }
    lock.lock();
  }
}

void QueuedTool::start(ToolCall call, ToolReply reply) {
  const auto owed = std::make_shared<ToolReply>(std::move(reply));
  const bool queued =
      queue_->post([this, call = std::move(call), owed] { tool_->start(call, std::move(*owed)); });
  if (!queued) owed->fail("Too many searches wait already. Try again later.");
}

}  // namespace collet::file
