// The HTTP edge: one listening port, HTTP/1.1 and WebSocket. README.md states what it accepts and answers.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/gatekeeper.hpp"
#include "http/request_observer.hpp"
#include "http/router.hpp"

namespace collet::http {

/// What a client may use at most.
struct Limits {
  std::size_t head_bytes = 16 * 1024;         ///< request line and header fields: 431, or 414 for the line
  std::size_t body_bytes = 16 * 1024 * 1024;  ///< a buffered body: 413
  std::uint64_t upload_bytes = 0;             ///< a streamed body: 413; 0: any length
  std::size_t pipeline_bytes = 64 * 1024;     ///< input kept while an earlier request is being answered
  std::size_t connections = 4096;             ///< lowered at start to what the open-file limit carries
  std::size_t connections_per_address = 1024;
  std::chrono::milliseconds head_time{10'000};    ///< from a head's first byte to its end: 408
  std::chrono::milliseconds body_time{30'000};    ///< without any byte of the body: 408
  std::chrono::milliseconds idle_time{75'000};    ///< between requests
  std::chrono::milliseconds write_stall{60'000};  ///< the peer takes no byte of what waits for it
  std::chrono::milliseconds linger{2'000};        ///< after a refusal, so that the peer can read it
};

struct SocketLimits {
  std::size_t message_bytes = 1024 * 1024;    ///< a larger incoming message closes with 1009
  std::size_t queue_bytes = 4 * 1024 * 1024;  ///< WebSocket::send refuses beyond this
  std::chrono::milliseconds first_message_time{10'000};
  std::chrono::milliseconds handshake_time{10'000};  ///< of the upgrade, and of the closing handshake
  std::chrono::milliseconds idle_time{
      60'000};  ///< without any byte from the peer; a ping goes out at half of it
  bool deflate = true;
};

class HttpServer {
 public:
  struct Options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8000;                      ///< 0: any free one
    std::size_t io_threads = 2;                     ///< framing and inline handlers
    std::size_t worker_threads = 8;                 ///< handlers that may block
    std::size_t queue_length = 256;                 ///< requests that wait, per owner
    std::vector<std::string> allowed_origins = {};  ///< for CORS, beside the loopback origins
    RequestObserver* observer = nullptr;            ///< may be null; must outlive the server
    Limits limits = {};
    SocketLimits sockets = {};
  };

  /// Nothing happens before bind(). `router` and `gatekeeper` must outlive the server; nothing may be added
  /// to the router any more.
  HttpServer(Options options, const Router& router, Gatekeeper& gatekeeper);
  /// As drain(0), but waits for handlers as long as they take.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Listens from now on: whoever connects waits for start(). The port. Once.
  Result<std::uint16_t> bind();
  /// Answers from now on. Once, after bind().
  Result<void> start();

  /// Serves this router from now on, by the rules of this gatekeeper and to pages of these origins; requests
  /// and sockets that are under way go on as they were. Both must outlive the server, and so must those
  /// before. Any thread, one at a time.
  void switch_to(const Router& router, Gatekeeper& gatekeeper, const std::vector<std::string>& origins);

  /// Takes no more connections, closes idle ones and WebSockets (1001), waits up to `grace` for the answers
  /// to running requests, closes the rest, and ends all its threads. A Reply may outlive this; it then goes
  /// nowhere. False: a handler is still running on a worker; call it again, or never free this.
  bool drain(std::chrono::milliseconds grace);

  /// Connections open now, WebSockets included. Any thread.
  std::size_t connections() const;
  /// WebSockets open now. Any thread.
  std::size_t websockets() const;
  /// Requests that wait for a worker, for routes of this owner. Any thread.
  std::size_t queue_depth(std::string_view owner) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace collet::http
