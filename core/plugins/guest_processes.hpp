// The processes of one plugin: which handles are its own, and how many ends it has not been told of. Any
// thread.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>

#include "base/result.hpp"
#include "process/spawner.hpp"

namespace collet::plugins {

class GuestProcesses {
 public:
  explicit GuestProcesses(process::Spawner& spawner);

  Result<std::uint64_t> spawn(process::SpawnRequest request, std::function<void(int status)> exited);
  /// Whether the handle is this plugin's and not released.
  bool owns(std::uint64_t handle) const;
  process::Spawner& spawner() { return spawner_; }
  void release(std::uint64_t handle);
  /// Releases what the plugin has not.
  void release_all();
  /// False: some process had not ended when the time was up.
  bool wait_none(std::chrono::steady_clock::time_point until);

 private:
  // Outlives the plugin where a process does.
  struct Running {
    std::mutex mutex;
    std::condition_variable none;
    std::size_t count = 0;
  };

  process::Spawner& spawner_;
  std::shared_ptr<Running> running_ = std::make_shared<Running>();
  mutable std::mutex mutex_;
  std::set<std::uint64_t> handles_;
};

}  // namespace collet::plugins
