#include "storage/testing/cutting_proxy.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <string_view>
#include <utility>

namespace collet::storage::testing {
namespace {

constexpr int kTick = 50;  // milliseconds between looks at whether it is over

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

sockaddr* generic(sockaddr_in& address) { return reinterpret_cast<sockaddr*>(&address); }

}  // namespace

CuttingProxy::CuttingProxy(std::uint16_t port)
    : server_port_(port), listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listening_.get(), generic(address), size) != 0 || ::listen(listening_.get(), 16) != 0 ||
      ::getsockname(listening_.get(), generic(address), &size) != 0)
    throw std::runtime_error("no port for the proxy");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { accept(); });
}

CuttingProxy::~CuttingProxy() {
  ended_ = true;
  thread_.join();
}

void CuttingProxy::accept() {
  while (!ended_) {
    pollfd waiting = {listening_.get(), POLLIN, 0};
    if (::poll(&waiting, 1, kTick) <= 0) continue;
    UniqueFd client(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (client.valid())
      connections_.emplace_back([this, taken = std::move(client)]() mutable { forward(std::move(taken)); });
  }
  for (auto& connection : connections_) connection.join();
}

void CuttingProxy::forward(UniqueFd client) const {
  const UniqueFd server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  auto address = loopback(server_port_);
  if (::connect(server.get(), generic(address), sizeof address) != 0) return;
  bool cut_at_answer = false;
  while (!ended_) {
    pollfd waiting[] = {{client.get(), POLLIN, 0}, {server.get(), POLLIN, 0}};
    if (::poll(waiting, 2, kTick) <= 0) continue;
    if (waiting[0].revents != 0 && !pass_on(client.get(), server.get(), true, cut_at_answer)) return;
    if (waiting[1].revents != 0 && !pass_on(server.get(), client.get(), false, cut_at_answer)) return;
  }
}

// False: this connection ends.
bool CuttingProxy::pass_on(int from, int to, bool to_server, bool& cut_at_answer) const {
  char buffer[65536];
  const ssize_t size = ::recv(from, buffer, sizeof buffer, 0);
  if (size <= 0) return false;
  if (!to_server && cut_at_answer) return false;
  const std::string_view bytes(buffer, static_cast<std::size_t>(size));
  if (to_server && bytes.find("BEGIN") != std::string_view::npos) deliver_late();
  if (to_server && bytes.find("COMMIT") != std::string_view::npos) {
    const Cut cut = next_.exchange(Cut::kNone);
    if (cut == Cut::kBeforeCommit) return false;
    if (cut == Cut::kLateCommit) return keep_for_later(to, bytes);
    cut_at_answer = cut == Cut::kAfterCommit;
  }
  return ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL) == size;
}

bool CuttingProxy::keep_for_later(int server, std::string_view bytes) const {
  const std::lock_guard lock(late_mutex_);
  late_server_ = UniqueFd(::dup(server));
  late_bytes_ = bytes;
  return false;
}

// Returns when the server is done with it.
void CuttingProxy::deliver_late() const {
  const std::lock_guard lock(late_mutex_);
  if (!late_server_.valid()) return;
  const UniqueFd server = std::move(late_server_);
  if (::send(server.get(), late_bytes_.data(), late_bytes_.size(), MSG_NOSIGNAL) < 0) return;
  pollfd answer = {server.get(), POLLIN, 0};
  ::poll(&answer, 1, 2000);
}

}  // namespace collet::storage::testing
