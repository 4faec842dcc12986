// Erases old bash events from time to time.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "commands/event_history.hpp"
#include "system/event_loop.hpp"
#include "system/serial_worker.hpp"

namespace collet::bash {

class EventPurge {
 public:
  /// Erases what is older than `keep`, at once and then each half of it, from once a second to once a minute.
  /// `failed` is told what could not be erased.
  EventPurge(std::shared_ptr<EventLoop> loop, EventHistory& history, std::chrono::seconds keep,
             std::function<void(const std::string&)> failed);
  ~EventPurge();  ///< not on the loop's thread
  EventPurge(const EventPurge&) = delete;
  EventPurge& operator=(const EventPurge&) = delete;

 private:
  void tick();
  void purge();

  const std::shared_ptr<EventLoop> loop_;
  EventHistory& history_;
  const std::chrono::seconds keep_;
  EventLoop::TimerId timer_ = 0;  // of the loop's thread
  SerialWorker worker_;
};

}  // namespace collet::bash
