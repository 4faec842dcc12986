#include "plugins/event_follow.hpp"

#include <utility>

#include "base/log.hpp"
#include "plugins/boundary.hpp"
#include "plugins/event_feature.hpp"
#include "plugins/guest.hpp"

namespace collet::plugins {
namespace {

constexpr std::size_t kTakeBytes = 64 * 1024;  // about, at once

}  // namespace

EventFollow::EventFollow(Guest& guest, const collet_follower& follower)
    : guest_(guest), follower_(follower) {}

void EventFollow::begin(std::uint64_t handle, std::string conversation,
                        std::shared_ptr<events::Subscription> subscription) {
  {
    const std::lock_guard lock(mutex_);
    handle_ = handle;
    conversation_ = std::move(conversation);
    subscription_ = std::move(subscription);
  }
  wake();
}

void EventFollow::wake() {
  {
    const std::lock_guard lock(mutex_);
    if (subscription_ == nullptr || told_) return;
    again_ = true;
    if (std::exchange(queued_, true)) return;
  }
  guest_.household.callbacks.post(event_queue(guest_.name), [self = shared_from_this()] { self->work(); });
}

void EventFollow::end(collet_status why) {
  {
    const std::lock_guard lock(mutex_);
    if (!why_) why_ = why;
  }
  wake();
}

std::string EventFollow::conversation() const {
  const std::lock_guard lock(mutex_);
  return conversation_;
}

std::optional<collet_status> EventFollow::ended() const {
  const std::lock_guard lock(mutex_);
  return why_;
}

// One piece, then to the end of the queue, so that no follow keeps the others waiting.
void EventFollow::work() {
  {
    const std::lock_guard lock(mutex_);
    again_ = false;
  }
  const auto pass = guest_.outward.enter();
  if (!pass) return;
  const bool more = hand_over();
  if (const auto why = ended()) return tell_end(*why);
  {
    const std::lock_guard lock(mutex_);
    queued_ = false;
    if (!more && !again_) return;
  }
  wake();
}

bool EventFollow::hand_over() {
  if (ended()) return false;
  const auto deliveries = subscription_->take(kTakeBytes);  // only we take, and only tell_end drops it
  for (const auto& delivery : deliveries) {
    if (delivery.seq == 0) continue;  // transient: not of the log
    if (ended()) return false;
    const auto thrown =
        caught([&] { follower_.event(follower_.context, delivery.seq, detail::to_str(*delivery.frame)); });
    if (!thrown.empty()) guest_.log_error("a follower of events threw: " + thrown);
  }
  if (deliveries.empty() && subscription_->failed()) {
    const std::lock_guard lock(mutex_);
    if (!why_) why_ = COLLET_UNAVAILABLE;
  }
  return !deliveries.empty();
}

void EventFollow::tell_end(collet_status why) {
  std::shared_ptr<events::Subscription> dropped;
  std::uint64_t handle = 0;
  {
    const std::lock_guard lock(mutex_);
    told_ = true;
    dropped.swap(subscription_);
    handle = handle_;
  }
  dropped.reset();
  if (const auto thrown = caught([&] { follower_.ended(follower_.context, why); }); !thrown.empty())
    guest_.log_error("the end of a follow threw: " + thrown);
  guest_.follows.take(handle);
}

}  // namespace collet::plugins
