#include "system/event_loop.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <future>
#include <system_error>

namespace collet::bash {
namespace {

constexpr std::uint64_t kWakeId = 0;

[[noreturn]] void throw_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

EventLoop::EventLoop(std::function<void(const std::string&)> failed)
    : failed_(std::move(failed)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!epoll_.valid() || !wake_.valid()) throw_errno("event loop");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kWakeId;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) != 0) throw_errno("event loop");
  thread_ = std::thread([this] { work(); });
}

EventLoop::~EventLoop() { stop(); }

void EventLoop::post(Task task) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  posted_.push_back(std::move(task));
  wake();
}

void EventLoop::dispatch(Task task) {
  if (running_ == std::this_thread::get_id()) return post(std::move(task));
  if (has_work_) return post(std::move(task));
  const std::unique_lock turn(turn_, std::try_to_lock);
  if (!turn || has_posted_or_stops()) return post(std::move(task));
  running_ = std::this_thread::get_id();
  guarded(task);
  if (!timers_.empty() && timers_.begin()->first.first < waits_until_) wake();
  task = nullptr;  // what it owns may end only in the loop
  running_ = std::thread::id();
}

bool EventLoop::has_posted_or_stops() {
  const std::lock_guard lock(mutex_);
  return stopping_ || !posted_.empty();
}

void EventLoop::wake() {
  const std::uint64_t one = 1;
  // Fails only when the counter is full: then the loop is awake anyway.
  [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof(one));
}

void EventLoop::run(Task task) {
  auto done = std::make_shared<std::promise<void>>();  // broken when the loop drops the task
  auto future = done->get_future();
  post([task = std::move(task), done = std::move(done)] {
    task();
    done->set_value();
  });
  future.wait();
}

void EventLoop::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake();
  }
  if (thread_.joinable()) thread_.join();
}

void EventLoop::watch(int fd, std::uint32_t events, Ready ready) {
  auto entry = std::make_shared<Watch>(Watch{next_id_++, std::move(ready)});
  epoll_event event{};
  event.events = events;
  event.data.u64 = entry->id;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) throw_errno("watch");
  by_id_[entry->id] = entry;
  watches_[fd] = std::move(entry);
}

void EventLoop::change(int fd, std::uint32_t events) {
  const auto found = watches_.find(fd);
  if (found == watches_.end()) return;
  epoll_event event{};
  event.events = events;
  event.data.u64 = found->second->id;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) != 0) throw_errno("watch");
}

void EventLoop::unwatch(int fd) {
  const auto found = watches_.find(fd);
  if (found == watches_.end()) return;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  by_id_.erase(found->second->id);
  watches_.erase(found);
}

EventLoop::TimerId EventLoop::at(Clock::time_point time, Task task) {
  const TimerId id = next_id_++;
  timers_.emplace(std::pair(time, id), std::move(task));
  timer_times_.emplace(id, time);
  return id;
}

void EventLoop::cancel(TimerId timer) {
  const auto found = timer_times_.find(timer);
  if (found == timer_times_.end()) return;
  timers_.erase({found->second, timer});
  timer_times_.erase(found);
}

void EventLoop::work() {
  epoll_event events[64];
  std::unique_lock turn(turn_);
  for (;;) {
    running_ = std::this_thread::get_id();
    run_posted();
    {
      const std::lock_guard lock(mutex_);
      if (stopping_ && posted_.empty()) break;
    }
    const int limit = wait_limit();
    running_ = std::thread::id();
    turn.unlock();
    const int count = ::epoll_wait(epoll_.get(), events, std::size(events), limit);
    has_work_ = true;
    turn.lock();
    has_work_ = false;
    running_ = std::this_thread::get_id();
    for (int i = 0; i < count; ++i) handle(events[i].data.u64, events[i].events);
    run_timers();
  }
  // What callbacks own may end only now, on this thread.
  timers_.clear();
  watches_.clear();
}

void EventLoop::handle(std::uint64_t id, std::uint32_t events) {
  if (id == kWakeId) {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(wake_.get(), &count, sizeof(count));
    return;
  }
  // Held, for a callback may unwatch itself; gone, when an earlier one of this round has unwatched it.
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  if (const auto entry = found->second.lock()) guarded([&] { entry->ready(events); });
}

void EventLoop::run_posted() {
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(posted_);
  }
  for (const auto& task : tasks) guarded(task);
}

void EventLoop::run_timers() {
  const auto now = Clock::now();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    auto node = timers_.extract(timers_.begin());
    timer_times_.erase(node.key().second);
    guarded(node.mapped());
  }
}

int EventLoop::wait_limit() {
  waits_until_ = timers_.empty() ? Clock::time_point::max() : timers_.begin()->first.first;
  if (timers_.empty()) return -1;
  const auto left = waits_until_ - Clock::now();
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<std::int64_t>(milliseconds, 0, 3'600'000));
}

void EventLoop::guarded(const Task& task) noexcept {
  try {
    task();
  } catch (const std::exception& error) {
    failed_(error.what());
  } catch (...) {
    failed_("unknown exception");
  }
}

}  // namespace collet::bash
