#include "http/detail/listener.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pistache/listener.h>
#include <pistache/peer.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <string>
#include <string_view>

#include "base/log.hpp"
#include "collet/unique_fd.hpp"
#include "http/detail/connection.hpp"
#include "http/detail/pistache_worker.hpp"

namespace collet::http::detail {
namespace {

namespace pistache = Pistache;
using PistachePeer = std::shared_ptr<pistache::Tcp::Peer>;

constexpr const char* kSlot = "connection";  // where a Pistache peer keeps its Connection
constexpr int kBacklog = 1024;

Endpoint read_endpoint(int fd, int (*get)(int, sockaddr*, socklen_t*)) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (get(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (storage.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &storage, sizeof v4);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return {text.data(), ntohs(v4.sin_port)};
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, &storage, sizeof v6);
  const bool mapped = IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr);
  if (mapped) {
    ::inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text.data(), text.size());
  } else {
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  }
  return {text.data(), ntohs(v6.sin6_port)};
}

// Pistache wants IPv6 in brackets.
std::string listen_host(const std::string& host) {
  if (host == "localhost") return "127.0.0.1";
  const bool bare_v6 = host.find(':') != std::string::npos && host.front() != '[';
  return bare_v6 ? "[" + host + "]" : host;
}

// Nobody reads a request here, so the answer is the same for all.
constexpr std::string_view kTooMany =
    "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: "
    "33\r\nretry-after: 1\r\n"
    "connection: close\r\n\r\n{\"detail\":\"Too many connections\"}";

class Handler final : public pistache::Tcp::Handler {
 public:
  explicit Handler(std::shared_ptr<Core> core) : core_(std::move(core)) {}

  std::shared_ptr<pistache::Tcp::Handler> clone() const override { return std::make_shared<Handler>(core_); }

  // Nothing else may escape from these into Pistache's loop.
  void onConnection(const PistachePeer& peer) override {
    try {
      if (!open(peer)) ::shutdown(peer->fd(), SHUT_RDWR);
    } catch (const std::exception& e) {
      log::error("http", e.what());
      ::shutdown(peer->fd(), SHUT_RDWR);
    }
  }
  void onInput(const char* data, std::size_t size, const PistachePeer& peer) override {
    const auto connection = of(peer);
    if (!connection) return;
    bool read_on = true;
    try {
      read_on = connection->feed({data, size});
    } catch (const std::exception& e) {
      log::error("http", e.what());
      connection->kill();
    }
    if (!read_on) throw StopReading();
  }
  void onDisconnection(const PistachePeer& peer) override {
    if (const auto connection = of(peer)) connection->end_of_input();
  }

 private:
  static std::shared_ptr<Connection> of(const PistachePeer& peer) {
    return std::static_pointer_cast<Connection>(peer->tryGetData(kSlot));
  }

  bool open(const PistachePeer& peer) {
    if (core_->draining) return false;
    Peer ends{.remote = read_endpoint(peer->fd(), ::getpeername),
              .local = read_endpoint(peer->fd(), ::getsockname)};
    auto ticket = core_->admission.enter(ends.remote.address);
    if (!ticket) {
      ::send(peer->fd(), kTooMany.data(), kTooMany.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      return false;
    }
    UniqueFd fd(::fcntl(peer->fd(), F_DUPFD_CLOEXEC, 0));
    if (!fd.valid()) return false;
    const int one = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    auto connection = std::make_shared<Connection>(core_, static_cast<PistacheWorker*>(transport()), peer,
                                                   std::move(fd), std::move(ends), std::move(*ticket));
    core_->connections.add(connection);
    peer->putData(kSlot, connection);
    return true;
  }

  std::shared_ptr<Core> core_;
};

}  // namespace

struct Listener::Impl {
  explicit Impl(const pistache::Address& address) : listener(address) {}
  pistache::Tcp::Listener listener;
};

Listener::Listener(std::shared_ptr<Core> core) : core_(std::move(core)) {}

Listener::~Listener() { stop(); }

Result<std::uint16_t> Listener::bind() {
  const auto& options = core_->options;
  try {
    impl_ =
        std::make_unique<Impl>(pistache::Address(listen_host(options.host), pistache::Port(options.port)));
    auto& listener = impl_->listener;
    const auto handler = std::make_shared<Handler>(core_);
    listener.init(options.io_threads,
                  pistache::Flags<pistache::Tcp::Options>(pistache::Tcp::Options::ReuseAddr) |
                      pistache::Tcp::Options::CloseOnExec,
                  "http", kBacklog);
    listener.setTransportFactory([handler] { return std::make_shared<PistacheWorker>(handler); });
    listener.setHandler(handler);
    listener.bind();
    return static_cast<std::uint16_t>(listener.getPort());
  } catch (const std::exception& e) {
    impl_.reset();
    return unavailable("cannot listen on " + options.host + ":" + std::to_string(options.port) + ": " +
                       e.what());
  }
}

Result<void> Listener::start() {
  try {
    impl_->listener.runThreaded();
    return {};
  } catch (const std::exception& e) {
    return unavailable(std::string("cannot take connections: ") + e.what());
  }
}

void Listener::stop() {
  if (!impl_) return;
  impl_->listener.shutdown();
  impl_.reset();  // joins the threads
}

}  // namespace collet::http::detail
