#include "commands/event_purge.hpp"

#include <algorithm>
#include <utility>

namespace collet::bash {

using std::chrono::seconds;

EventPurge::EventPurge(std::shared_ptr<EventLoop> loop, EventHistory& history, seconds keep,
                       std::function<void(const std::string&)> failed)
    : loop_(std::move(loop)), history_(history), keep_(keep), worker_(std::move(failed)) {
  loop_->post([this] { tick(); });
}

EventPurge::~EventPurge() {
  loop_->run([this] { loop_->cancel(timer_); });
  worker_.stop();
}

void EventPurge::tick() {
  worker_.post([this] { purge(); });
  timer_ = loop_->after(std::clamp(keep_ / 2, seconds(1), seconds(60)), [this] { tick(); });
}

// A piece at a time, so that new events find the store free in between.
void EventPurge::purge() {
  const Micros before = now_micros() - std::chrono::microseconds(keep_).count();
  if (history_.purge(before) > 0) worker_.post([this] { purge(); });
}

}  // namespace collet::bash
