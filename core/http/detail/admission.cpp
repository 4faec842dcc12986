#include "http/detail/admission.hpp"

#include <algorithm>

namespace collet::http::detail {

std::optional<Admission::Ticket> Admission::enter(const std::string& address) {
  std::lock_guard lock(mutex_);
  if (count_ >= limit_) return std::nullopt;
  const auto found = addresses_.find(address);
  if (found != addresses_.end() && found->second >= per_address_) return std::nullopt;
  ++addresses_[address];
  ++count_;
  return Ticket(this, address);
}

void Admission::leave(const std::string& address) {
  std::lock_guard lock(mutex_);
  --count_;
  if (const auto found = addresses_.find(address); --found->second == 0) addresses_.erase(found);
  // Under the lock: whoever waits may destroy this as soon as it wakes up.
  if (count_ == 0) left_.notify_all();
}

std::size_t Admission::count() const {
  std::lock_guard lock(mutex_);
  return count_;
}

bool Admission::wait_until_empty(std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(mutex_);
  return left_.wait_until(lock, until, [this] { return count_ == 0; });
}

void Admission::lower_limit(std::size_t limit) {
  std::lock_guard lock(mutex_);
  limit_ = std::min(limit_, limit);
}

}  // namespace collet::http::detail
