#include "auth/peer_user.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collet/unique_fd.hpp"

namespace collet::auth {
namespace {

// Both ends of a TCP connection over loopback, inside this process.
struct Loopback {
  UniqueFd client;
  UniqueFd server;
  http::Peer peer;  // as the server sees it
};

http::Endpoint end_of(int fd, bool remote) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  (remote ? ::getpeername : ::getsockname)(fd, reinterpret_cast<sockaddr*>(&storage), &length);
  if (storage.ss_family == AF_INET6)
    return {"::1", ntohs(reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port)};
  return {"127.0.0.1", ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port)};
}

std::optional<Loopback> connect_loopback(int family) {
  const UniqueFd listener(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_addr = in6addr_loopback;
  const auto* any =
      family == AF_INET ? reinterpret_cast<const sockaddr*>(&v4) : reinterpret_cast<const sockaddr*>(&v6);
  const socklen_t length = family == AF_INET ? sizeof v4 : sizeof v6;
  if (::bind(listener.get(), any, length) != 0 || ::listen(listener.get(), 1) != 0) return std::nullopt;
  sockaddr_storage bound{};
  socklen_t bound_length = sizeof bound;
  ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&bound), &bound_length);
  Loopback ends;
  ends.client.reset(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(ends.client.get(), reinterpret_cast<const sockaddr*>(&bound), bound_length) != 0)
    return std::nullopt;
  ends.server.reset(::accept(listener.get(), nullptr, nullptr));
  ends.peer = {.remote = end_of(ends.server.get(), true), .local = end_of(ends.server.get(), false)};
  return ends;
}

class PeerUser : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    ends_ = connect_loopback(GetParam());
    if (!ends_) GTEST_SKIP() << "this machine has no loopback of this family";
  }
  std::optional<Loopback> ends_;
};

TEST_P(PeerUser, OfOurOwnSocket_IsUs) { EXPECT_EQ(peer_user(ends_->peer), ::geteuid()); }

TEST_P(PeerUser, BothSources_Agree) {
  const auto diag = holder_from_sock_diag(ends_->peer);
  const auto proc = holder_from_proc(ends_->peer);
  if (!diag) GTEST_SKIP() << "this kernel has no sock_diag";
  ASSERT_TRUE(proc);
  EXPECT_EQ(diag->user, proc->user);
  EXPECT_EQ(diag->inode, proc->inode);
  EXPECT_NE(diag->inode, 0u);
}

// The kernel shows a socket that nobody holds as root's: taking that for an answer would let everyone in.
TEST_P(PeerUser, WhoLeft_IsNobody) {
  ends_->client.reset();
  EXPECT_FALSE(peer_user(ends_->peer));
}

TEST_P(PeerUser, OfNoSocket_IsNobody) {
  ends_->peer.remote.port = 1;
  EXPECT_FALSE(peer_user(ends_->peer));
}

INSTANTIATE_TEST_SUITE_P(Families, PeerUser, testing::Values(AF_INET, AF_INET6));

}  // namespace
}  // namespace collet::auth
