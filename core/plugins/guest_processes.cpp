#include "plugins/guest_processes.hpp"

#include <utility>

namespace collet::plugins {
namespace {

constexpr int kReleaseGraceMs = 1000;

}  // namespace

GuestProcesses::GuestProcesses(process::Spawner& spawner) : spawner_(spawner) {}

Result<std::uint64_t> GuestProcesses::spawn(process::SpawnRequest request,
                                            std::function<void(int status)> exited) {
  const auto done = [running = running_] {
    const std::lock_guard lock(running->mutex);
    if (--running->count == 0) running->none.notify_all();
  };
  {
    const std::lock_guard lock(running_->mutex);
    ++running_->count;
  }
  auto handle = spawner_.spawn(std::move(request), [exited = std::move(exited), done](int status) {
    exited(status);
    done();
  });
  if (!handle) {
    done();
    return handle;
  }
  const std::lock_guard lock(mutex_);
  handles_.insert(*handle);
  return handle;
}

bool GuestProcesses::owns(std::uint64_t handle) const {
  const std::lock_guard lock(mutex_);
  return handles_.contains(handle);
}

void GuestProcesses::release(std::uint64_t handle) {
  {
    const std::lock_guard lock(mutex_);
    if (handles_.erase(handle) == 0) return;
  }
  spawner_.release(handle, kReleaseGraceMs);
}

void GuestProcesses::release_all() {
  std::set<std::uint64_t> handles;
  {
    const std::lock_guard lock(mutex_);
    handles.swap(handles_);
  }
  for (const auto handle : handles) spawner_.release(handle, kReleaseGraceMs);
}

bool GuestProcesses::wait_none(std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(running_->mutex);
  return running_->none.wait_until(lock, until, [this] { return running_->count == 0; });
}

}  // namespace collet::plugins
