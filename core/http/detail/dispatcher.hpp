// Between framing and handlers: decides what becomes of a request by its head, and runs handlers on their
// lanes.
#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "base/worker_pool.hpp"
#include "http/cors.hpp"
#include "http/gatekeeper.hpp"
#include "http/http_server.hpp"
#include "http/router.hpp"

namespace collet::http::detail {

/// Exactly one of answer, route and socket is set.
struct Verdict {
  std::optional<Response> answer = std::nullopt;  ///< at once, without a handler
  const Route* route = nullptr;
  const SocketRoute* socket = nullptr;
  bool ask_first_message = false;  ///< with `socket`
  Pairs more_headers = {};         ///< for whatever is answered, beside the response's own
};

/// Any thread, between start() and stop().
class Dispatcher {
 public:
  Dispatcher(const HttpServer::Options& options, const Router& router, Gatekeeper& gatekeeper);

  Result<void> start();
  /// As WorkerPool::close and wait_idle.
  bool close(std::chrono::steady_clock::time_point until);
  /// As WorkerPool::stop.
  void stop();

  /// Judges by the head, and fills in `request.params`. May not block.
  Verdict judge(Request& request, const Peer& peer, bool wants_upgrade) const;

  /// Hands a complete request to its handler. What the handler throws is logged under the request's id.
  void run(const Route& route, Request request, Reply reply);

  /// Requests of this owner's that wait for a worker. Any thread.
  std::size_t queue_depth(std::string_view owner) const { return workers_.queue_depth(owner); }

  Gatekeeper& gatekeeper() const { return gatekeeper_; }

 private:
  Verdict judge_path(Request& request, const Peer& peer) const;
  Verdict judge_socket(Request& request, const Peer& peer) const;

  const Router& router_;
  Gatekeeper& gatekeeper_;
  Cors cors_;
  WorkerPool workers_;
  WorkerPool reserved_;
};

}  // namespace collet::http::detail
