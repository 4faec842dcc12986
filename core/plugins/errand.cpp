#include "plugins/errand.hpp"

#include <cstdio>
#include <utility>

namespace collet::plugins {

std::string in_seconds(std::chrono::milliseconds time) {
  const std::chrono::duration<double> seconds = time;
  char text[32];
  std::snprintf(text, sizeof text, "%g s", seconds.count());
  return text;
}

Errand::Errand(std::function<void()> work)
    : thread_([work = std::move(work), progress = progress_]() mutable {
        work();
        work = nullptr;  // what it owns goes before anybody is told
        const std::lock_guard lock(progress->mutex);
        progress->ended = true;
        progress->changed.notify_all();
      }) {}

Errand::~Errand() {
  if (wait(std::chrono::steady_clock::now()))
    thread_.join();
  else
    thread_.detach();
}

bool Errand::wait(std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(progress_->mutex);
  return progress_->changed.wait_until(lock, until, [this] { return progress_->ended; });
}

}  // namespace collet::plugins
