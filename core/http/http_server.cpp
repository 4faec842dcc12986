#include "http/http_server.hpp"

#include "http/detail/core.hpp"  // before Asio: it includes <utility>, which Boost 1.74 forgets under C++20

#include <malloc.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <optional>
#include <system_error>
#include <thread>

#include "base/log.hpp"
#include "http/detail/connection.hpp"
#include "http/detail/listener.hpp"
#include "http/detail/websocket_session.hpp"
#include "http/open_file_limit.hpp"

namespace collet::http {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using WorkGuard = asio::executor_work_guard<asio::io_context::executor_type>;

constexpr std::chrono::milliseconds kTick{250};
constexpr std::chrono::milliseconds kForcedCloseTime{1'000};  // from closing a socket to its last callback
constexpr std::chrono::seconds kTrimDelay{3};
constexpr std::size_t kDescriptorsPerConnection = 3;  // Pistache's, ours, and one while its peer is slow
constexpr std::size_t kDescriptorsForOthers = 256;

}  // namespace

struct HttpServer::Impl {
  Impl(Options options, const Router& router, Gatekeeper& gatekeeper)
      : core(std::make_shared<detail::Core>(std::move(options), router, gatekeeper)),
        listener(core),
        clock(core->io) {}

  void tick() {
    clock.expires_after(kTick);
    clock.async_wait([this](boost::system::error_code error) {
      if (error) return;
      sweep();
      give_memory_back(Clock::now());
      tick();
    });
  }

  void sweep() const {
    const auto now = Clock::now();
    for (const auto& connection : core->connections.snapshot()) connection->sweep(now);
    for (const auto& socket : core->sockets.snapshot()) socket->sweep(now);
  }

  // What large bodies have taken is in small pieces all over the allocator, which would keep it for good. A
  // while after the answer: by then it is free.
  void give_memory_back(Clock::time_point now) {
    if (!trim_at && core->has_freed_much.exchange(false)) trim_at = now + kTrimDelay;
    if (!trim_at || now < *trim_at) return;
    trim_at.reset();
    core->dispatcher.run_aside([] { ::malloc_trim(0); });
  }

  void run_io() {
    for (;;) {
      try {
        core->io.run();
        return io_done.set_value();
      } catch (const std::exception& e) {
        log::error("http", e.what());
      }
    }
  }

  Result<void> start_threads() {
    if (auto started = core->dispatcher.start(); !started) return started;
    work.emplace(core->io.get_executor());
    try {
      io_thread = std::thread([this] { run_io(); });
    } catch (const std::system_error& e) {
      return internal(std::string("cannot start a thread: ") + e.what());
    }
    return {};
  }

  void close_all(std::chrono::milliseconds grace) const {
    core->draining = true;
    for (const auto& socket : core->sockets.snapshot()) socket->close(1001, "Server is shutting down");
    sweep();
    core->admission.wait_until_empty(Clock::now() + grace);
    for (const auto& connection : core->connections.snapshot()) connection->detach();
    for (const auto& socket : core->sockets.snapshot()) socket->drop();
    core->admission.wait_until_empty(Clock::now() + kForcedCloseTime);
  }

  void stop_threads() {
    core->dispatcher.stop();
    listener.stop();
    work.reset();
    if (!io_thread.joinable()) return;
    asio::post(core->io, [this] { clock.cancel(); });
    // Everything has been closed, so it comes to its end by itself, and each handler is let go of properly.
    if (io_done.get_future().wait_for(kForcedCloseTime) != std::future_status::ready) core->io.stop();
    io_thread.join();
  }

  std::shared_ptr<detail::Core> core;
  detail::Listener listener;
  asio::steady_timer clock;
  std::optional<Clock::time_point> trim_at;  // the clock's own
  std::optional<WorkGuard> work;
  std::thread io_thread;
  std::promise<void> io_done;
  bool running = false, drained = false;
};

HttpServer::HttpServer(Options options, const Router& router, Gatekeeper& gatekeeper)
    : impl_(std::make_unique<Impl>(std::move(options), router, gatekeeper)) {}

HttpServer::~HttpServer() {
  if (!drain(std::chrono::milliseconds(0))) impl_->stop_threads();
}

Result<std::uint16_t> HttpServer::bind() { return impl_->listener.bind(); }

Result<void> HttpServer::start() {
  const std::size_t files = raise_open_file_limit();
  impl_->core->admission.lower_limit(std::max<std::size_t>(files, kDescriptorsForOthers * 2) /
                                         kDescriptorsPerConnection -
                                     kDescriptorsForOthers / kDescriptorsPerConnection);
  impl_->running = true;
  if (auto started = impl_->start_threads(); !started) {
    impl_->stop_threads();
    return started.error();
  }
  if (auto started = impl_->listener.start(); !started) {
    drain(std::chrono::milliseconds(0));
    return started.error();
  }
  impl_->tick();
  return {};
}

void HttpServer::switch_to(const Router& router, Gatekeeper& gatekeeper,
                           const std::vector<std::string>& origins) {
  impl_->core->dispatcher.switch_to(router, gatekeeper, origins);
}

bool HttpServer::drain(std::chrono::milliseconds grace) {
  if (!impl_->running) return true;
  if (!std::exchange(impl_->drained, true)) impl_->close_all(grace);
  if (!impl_->core->dispatcher.close(Clock::now() + kForcedCloseTime)) return false;
  impl_->running = false;
  impl_->stop_threads();
  return true;
}

std::size_t HttpServer::queue_depth(std::string_view owner) const {
  return impl_->core->dispatcher.queue_depth(owner);
}

std::size_t HttpServer::websockets() const { return impl_->core->sockets.size(); }

std::size_t HttpServer::connections() const { return impl_->core->admission.count(); }

}  // namespace collet::http
