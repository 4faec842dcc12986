// Between framing and handlers: decides what becomes of a request by its head, and runs handlers on their
// lanes.
#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

  /// Runs a task of the server's own on the worker pool; nothing when that is full.
  void run_aside(std::function<void()> task) { workers_.post("http", std::move(task)); }

  /// Requests of this owner's that wait for a worker. Any thread.
  std::size_t queue_depth(std::string_view owner) const { return workers_.queue_depth(owner); }

  /// Judges by these from now on; what was judged before goes on as it was. They must outlive the server, as
  /// those before. Any thread, one at a time.
  void switch_to(const Router& router, Gatekeeper& gatekeeper, const std::vector<std::string>& origins);

  Gatekeeper& gatekeeper() const { return site_.load()->gatekeeper; }

 private:
  // What requests are judged by.
  struct Site {
    const Router& router;
    Gatekeeper& gatekeeper;
    Cors cors;
  };

  static Verdict judge_path(const Site& site, Request& request, const Peer& peer);
  static Verdict judge_socket(const Site& site, Request& request, const Peer& peer);

  std::vector<std::unique_ptr<const Site>>
      sites_;  // the last one is in force; all stay, for who looks at one
  std::atomic<const Site*> site_;
  WorkerPool workers_;
  WorkerPool reserved_;
};

}  // namespace collet::http::detail
