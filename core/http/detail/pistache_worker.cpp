#include "http/detail/pistache_worker.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <exception>
#include <utility>

#include "base/log.hpp"

namespace collet::http::detail {
namespace {

namespace pistache = Pistache;
thread_local PistacheWorker* current_worker = nullptr;

}  // namespace

PistacheWorker* PistacheWorker::current() { return current_worker; }

std::shared_ptr<pistache::Aio::Handler> PistacheWorker::clone() const {
  return std::make_shared<PistacheWorker>(handler_->clone());
}

void PistacheWorker::registerPoller(pistache::Polling::Epoll& poller) {
  Transport::registerPoller(poller);
  wake_.reset(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  poller.addFd(wake_.get(), pistache::Flags<pistache::Polling::NotifyOn>(pistache::Polling::NotifyOn::Read),
               pistache::Polling::Tag(static_cast<std::uint64_t>(wake_.get())));
}

void PistacheWorker::onReady(const pistache::Aio::FdSet& fds) {
  current_worker = this;
  bool woken = false;
  for (const auto& entry : fds) {
    const bool is_ours = entry.getTag() == pistache::Polling::Tag(static_cast<std::uint64_t>(wake_.get()));
    woken = woken || is_ours;
    if (!is_ours) handle(entry);
  }
  if (!woken) return;
  std::uint64_t count = 0;
  if (::read(wake_.get(), &count, sizeof count) != static_cast<ssize_t>(sizeof count)) return;
  std::vector<Job> jobs;
  {
    std::lock_guard lock(mutex_);
    jobs.swap(jobs_);
  }
  for (auto& job : jobs) {
    try {
      job(*this);
    } catch (const std::exception& e) {
      log::error("http", e.what());  // nothing may escape into Pistache's loop
    }
  }
}

// One at a time: Pistache polls for edges, so what an exception skipped would never come again.
void PistacheWorker::handle(const pistache::Aio::FdSet::Entry& entry) {
  using pistache::Polling::NotifyOn;
  std::vector<pistache::Polling::Event> one;
  pistache::Polling::Event& event = one.emplace_back(entry.getTag());
  if (entry.isReadable()) event.flags.setFlag(NotifyOn::Read);
  if (entry.isWritable()) event.flags.setFlag(NotifyOn::Write);
  if (entry.isHangup()) event.flags.setFlag(NotifyOn::Hangup);
  try {
    Transport::onReady(pistache::Aio::FdSet(std::move(one)));
  } catch (const StopReading&) {
  } catch (const std::exception& e) {
    log::error("http", e.what());
  }
}

void PistacheWorker::post(Job job) {
  {
    std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  const std::uint64_t one = 1;
  // It fails only when the counter is full, and then the thread is about to wake up anyway.
  [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);
}

bool PistacheWorker::release(const std::shared_ptr<pistache::Tcp::Peer>& peer) {
  const auto found = peers.find(peer->fd());
  if (found == peers.end() || found->second != peer) return false;
  // removePeer() erases what it is given a reference to.
  const auto keep = peer;  // NOLINT(performance-unnecessary-copy-initialization)
  removePeer(keep);
  return true;
}

}  // namespace collet::http::detail
