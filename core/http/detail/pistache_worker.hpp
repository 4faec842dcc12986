// One of Pistache's polling threads, with two additions: jobs from other threads, and letting go of a socket.
#pragma once
#include <pistache/listener.h>
#include <pistache/peer.h>
#include <pistache/transport.h>

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "collet/unique_fd.hpp"

namespace collet::http::detail {

/// Thrown by onInput(): no more may be read from this peer, whose socket is about to be let go of. Pistache
/// would read on as long as something comes.
struct StopReading {};

class PistacheWorker final : public Pistache::Tcp::Transport {
 public:
  using Job = std::function<void(PistacheWorker&)>;

  explicit PistacheWorker(const std::shared_ptr<Pistache::Tcp::Handler>& handler)
      : Transport(handler), handler_(handler) {}

  /// The worker whose thread this is, or null.
  static PistacheWorker* current();

  /// Runs `job` on this worker's thread, after a whole batch of events; any thread. Never inside onInput():
  /// Pistache keeps a reference to the peer there and goes on reading from its descriptor.
  void post(Job job);

  /// Forgets the peer and closes the worker's own descriptor without shutdown(2), so that a duplicate of it
  /// stays connected. From a job only. False: the peer was gone already.
  bool release(const std::shared_ptr<Pistache::Tcp::Peer>& peer);

  std::shared_ptr<Pistache::Aio::Handler> clone() const override;
  void registerPoller(Pistache::Polling::Epoll& poller) override;
  void onReady(const Pistache::Aio::FdSet& fds) override;

 private:
  void handle(const Pistache::Aio::FdSet::Entry& entry);

  std::shared_ptr<Pistache::Tcp::Handler> handler_;
  UniqueFd wake_;
  std::mutex mutex_;
  std::vector<Job> jobs_;
};

}  // namespace collet::http::detail
