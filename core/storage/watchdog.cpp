#include "storage/watchdog.hpp"

#include <sys/socket.h>

namespace collet::storage {
namespace {

constexpr std::chrono::milliseconds kLook{250};  // so much later at most is a socket cut

}  // namespace

Watchdog::Guard::Guard(Watchdog& dog, int socket, std::chrono::milliseconds longest) : dog_(dog) {
  const std::lock_guard lock(dog_.mutex_);
  number_ = ++dog_.last_;
  dog_.watched_.emplace(number_, Watched{socket, Clock::now() + longest});
}

Watchdog::Guard::~Guard() {
  const std::lock_guard lock(dog_.mutex_);
  dog_.watched_.erase(number_);
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Watchdog::work() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kLook, [this] { return stopping_; })) {
    const auto now = Clock::now();
    for (auto& [number, watched] : watched_)
      if (now >= watched.until) ::shutdown(watched.socket, SHUT_RDWR);
  }
}

}  // namespace collet::storage
