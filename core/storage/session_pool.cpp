#include "storage/session_pool.hpp"

namespace collet::storage {

std::optional<SessionPool::Lease> SessionPool::lease(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  if (!freed_.wait_for(lock, timeout, [this] { return !free_.empty(); })) return std::nullopt;
  auto session = std::move(free_.back());
  free_.pop_back();
  return std::optional<Lease>(std::in_place, *this, std::move(session));
}

void SessionPool::give_back(std::unique_ptr<Session> session) {
  {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(session));
  }
  freed_.notify_one();
}

}  // namespace collet::storage
