// Whose process is at the other end of a loopback connection? Linux only.
#pragma once
#include <sys/types.h>

#include <optional>

#include "http/gatekeeper.hpp"

namespace collet::auth {

/// The user that holds the peer's socket, asked of the kernel by sock_diag(7), or read from /proc/net where
/// that is not to be had. Nothing when no process holds it any more (the kernel shows such a socket as
/// root's), or when the kernel doesn't tell. Doesn't block; a few microseconds.
std::optional<uid_t> peer_user(const http::Peer& peer);

/// The two sources of it, apart.
struct SocketHolder {
  uid_t user = 0;
  unsigned long inode = 0;  ///< 0: no process holds the socket
};
std::optional<SocketHolder> holder_from_sock_diag(const http::Peer& peer);
std::optional<SocketHolder> holder_from_proc(const http::Peer& peer);

}  // namespace collet::auth
