#include "conversation/ownership_watch.hpp"

namespace collet::conversation {

OwnershipWatch::OwnershipWatch(storage::Claims& claims, Handlers handlers)
    : claims_(claims), handlers_(std::move(handlers)), thread_([this] { work(); }) {}

OwnershipWatch::~OwnershipWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void OwnershipWatch::lost(const std::string& id) {
  {
    const std::lock_guard lock(mutex_);
    lost_.insert(id);
  }
  wake_.notify_one();
}

void OwnershipWatch::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait_for(lock, claims_.options().beat, [this] { return stopping_ || !lost_.empty(); });
    if (stopping_) return;
    const auto lost = std::exchange(lost_, {});
    lock.unlock();
    for (const auto& id : lost) handlers_.give_up(id);
    look();
    lock.lock();
  }
}

// An error of the database is told elsewhere; the next look is soon.
void OwnershipWatch::look() {
  if (const int lapses = claims_.lapses(); lapses != lapses_) {
    bool all_known = true;
    for (const auto& [id, claim] : handlers_.held()) {
      const auto ours = claims_.holds(id, claim);
      all_known = all_known && ours;
      if (ours && !*ours) handlers_.give_up(id);
    }
    if (all_known) lapses_ = lapses;
  }
  for (const auto* status : {"running", "deleting"})
    if (const auto orphans = claims_.orphans(status))
      for (const auto& id : *orphans) handlers_.adopt(id);
}

}  // namespace collet::conversation
