// A plugin that follows a conversation's log, until its end was told.
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "collet/abi/events.h"
#include "events/event_log.hpp"

namespace collet::plugins {

class Guest;

/// Hands over stored events one by one, on the plugin's queue, where it waits at most once. In between only
/// the place in the log is kept. All methods may be called from any thread; none blocks.
class EventFollow : public std::enable_shared_from_this<EventFollow> {
 public:
  EventFollow(Guest& guest, const collet_follower& follower);

  /// Once. `handle`: this one's among the guest's follows.
  void begin(std::uint64_t handle, std::string conversation,
             std::shared_ptr<events::Subscription> subscription);
  /// There may be something new.
  void wake();
  /// Nothing more is handed over but the end; the first reason counts.
  void end(collet_status why);
  /// Empty before it has begun.
  std::string conversation() const;

 private:
  void work();
  bool hand_over();
  void tell_end(collet_status why);
  std::optional<collet_status> ended() const;

  Guest& guest_;
  const collet_follower follower_;

  mutable std::mutex mutex_;  // guards what follows
  std::uint64_t handle_ = 0;
  std::string conversation_;
  std::shared_ptr<events::Subscription> subscription_;
  std::optional<collet_status> why_;
  bool queued_ = false;  // a task of ours waits or runs
  bool again_ = false;   // woken meanwhile
  bool told_ = false;    // the end
};

}  // namespace collet::plugins
