// What plugins still owe, by handle. A handle that a plugin uses twice, too late or made up finds nothing.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace collet::plugins {

/// All methods may be called from any thread. T is movable, and copyable where find() is used.
template <class T>
class Pending {
 public:
  std::uint64_t add(T owed) {
    const std::lock_guard lock(mutex_);
    owed_.emplace(++last_, std::move(owed));
    return last_;
  }
  std::optional<T> take(std::uint64_t handle) {
    const std::lock_guard lock(mutex_);
    const auto found = owed_.find(handle);
    if (found == owed_.end()) return std::nullopt;
    std::optional<T> taken(std::move(found->second));
    owed_.erase(found);
    if (owed_.empty()) none_.notify_all();
    return taken;
  }
  std::optional<T> find(std::uint64_t handle) const {
    const std::lock_guard lock(mutex_);
    const auto found = owed_.find(handle);
    return found == owed_.end() ? std::nullopt : std::optional<T>(found->second);
  }
  std::vector<std::pair<std::uint64_t, T>> all() const {
    const std::lock_guard lock(mutex_);
    return {owed_.begin(), owed_.end()};
  }
  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return owed_.size();
  }
  std::vector<T> take_all() {
    const std::lock_guard lock(mutex_);
    std::vector<T> taken;
    for (auto& [handle, owed] : owed_) taken.push_back(std::move(owed));
    owed_.clear();
    none_.notify_all();
    return taken;
  }
  /// False: something was still owed when the time was up.
  bool wait_none(std::chrono::steady_clock::time_point until) {
    std::unique_lock lock(mutex_);
    return none_.wait_until(lock, until, [this] { return owed_.empty(); });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable none_;
  std::map<std::uint64_t, T> owed_;
  std::uint64_t last_ = 0;
};

}  // namespace collet::plugins
