#include "storage/session_pool.hpp"

namespace collet::storage {

Result<SessionPool::Lease> SessionPool::lease(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  if (!freed_.wait_for(lock, timeout, [this] { return !free_.empty(); }))
    return unavailable("storage: too many reads are waiting");
  Lease lease(*this, std::move(free_.back()));
  free_.pop_back();
  lock.unlock();
  if (lease.session_ && backend_.is_alive(*lease.session_)) return lease;
  lease.session_.reset();
  auto opened = backend_.open(Use::kReader);
  if (!opened) return opened.error();
  lease.session_ = std::move(*opened);
  return lease;
}

void SessionPool::give_back(std::unique_ptr<Session> session) {
  {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(session));
  }
  freed_.notify_one();
}

}  // namespace collet::storage
