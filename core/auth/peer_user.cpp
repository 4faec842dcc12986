#include "auth/peer_user.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>

#include "collet/unique_fd.hpp"

namespace collet::auth {
namespace {

struct Question {
  nlmsghdr header{};
  inet_diag_req_v2 request{};
};

// The peer's socket has our remote end as its own, and our local end as its remote.
std::optional<Question> question_about(const http::Peer& peer) {
  Question question;
  question.header.nlmsg_len = sizeof question;
  question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.header.nlmsg_flags = NLM_F_REQUEST;
  auto& request = question.request;
  const bool v6 = peer.remote.address.find(':') != std::string::npos;
  request.sdiag_family = v6 ? AF_INET6 : AF_INET;
  request.sdiag_protocol = IPPROTO_TCP;
  request.idiag_states = ~0U;
  request.id.idiag_sport = htons(peer.remote.port);
  request.id.idiag_dport = htons(peer.local.port);
  request.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
  request.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  const int family = request.sdiag_family;
  if (::inet_pton(family, peer.remote.address.c_str(), request.id.idiag_src) != 1) return std::nullopt;
  if (::inet_pton(family, peer.local.address.c_str(), request.id.idiag_dst) != 1) return std::nullopt;
  return question;
}

// One end as /proc/net/tcp shows it: the address as 32-bit words in the machine's byte order, then the port.
std::string proc_end(const http::Endpoint& end, bool v6) {
  std::array<std::uint32_t, 4> words{};
  if (::inet_pton(v6 ? AF_INET6 : AF_INET, end.address.c_str(), words.data()) != 1) return {};
  std::string text;
  std::array<char, 16> part{};
  for (std::size_t i = 0; i < (v6 ? 4U : 1U); ++i) {
    std::snprintf(part.data(), part.size(), "%08X", words[i]);
    text.append(part.data());
  }
  std::snprintf(part.data(), part.size(), ":%04X", end.port);
  return text + part.data();
}

}  // namespace

std::optional<SocketHolder> holder_from_sock_diag(const http::Peer& peer) {
  const auto question = question_about(peer);
  const UniqueFd fd(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!question || !fd.valid()) return std::nullopt;
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  if (::sendto(fd.get(), &*question, sizeof *question, 0, reinterpret_cast<const sockaddr*>(&kernel),
               sizeof kernel) < 0)
    return std::nullopt;
  // The kernel answers within sendto(), so there is something to read, or there never will be.
  alignas(nlmsghdr) std::array<char, 4096> answer{};
  const ssize_t size = ::recv(fd.get(), answer.data(), answer.size(), MSG_DONTWAIT);
  nlmsghdr header{};
  inet_diag_msg message{};
  if (size < static_cast<ssize_t>(NLMSG_HDRLEN + sizeof message)) return std::nullopt;
  std::memcpy(&header, answer.data(), sizeof header);
  if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY) return std::nullopt;
  std::memcpy(&message, answer.data() + NLMSG_HDRLEN, sizeof message);
  return SocketHolder{message.idiag_uid, message.idiag_inode};
}

std::optional<SocketHolder> holder_from_proc(const http::Peer& peer) {
  const bool v6 = peer.remote.address.find(':') != std::string::npos;
  const std::string theirs = proc_end(peer.remote, v6);
  const std::string ours = proc_end(peer.local, v6);
  std::ifstream table(v6 ? "/proc/net/tcp6" : "/proc/net/tcp");
  for (std::string line; std::getline(table, line);) {
    std::istringstream fields(line);
    std::string slot, local, remote, state, queues, timer, retries, timeout;
    SocketHolder holder;
    fields >> slot >> local >> remote >> state >> queues >> timer >> retries >> holder.user >> timeout >>
        holder.inode;
    if (fields && local == theirs && remote == ours) return holder;
  }
  return std::nullopt;
}

std::optional<uid_t> peer_user(const http::Peer& peer) {
  auto holder = holder_from_sock_diag(peer);
  if (!holder) holder = holder_from_proc(peer);
  if (!holder || holder->inode == 0) return std::nullopt;
  return holder->user;
}

}  // namespace collet::auth
