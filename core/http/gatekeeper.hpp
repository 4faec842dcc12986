// The question that http asks before a handler sees a request: may this caller do this? auth/guard.hpp
// answers it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"
#include "http/router.hpp"

namespace collet::http {

struct Endpoint {
  std::string address;  ///< "127.0.0.1" or "::1"; IPv4 mapped into IPv6 is shown as IPv4
  std::uint16_t port = 0;
};

/// The other end of one connection. Used by one thread at a time.
struct Peer {
  Endpoint remote;
  Endpoint local;
  /// The gatekeeper's own note, kept as long as the connection lives: is the peer's user allowed?
  mutable std::optional<bool> user_allowed = std::nullopt;
};

/// What is to become of an upgrade request.
struct SocketVerdict {
  enum class Kind {
    kAdmit,            ///< open it
    kAskFirstMessage,  ///< accept it, but its first message has to prove the caller before the route sees the
                       ///< socket
    kRefuse,           ///< answer `refusal` in place of the upgrade
  };
  Kind kind = Kind::kRefuse;
  Response refusal = {};
};

/// All methods may be called from several I/O threads at once and must not block.
class Gatekeeper {
 public:
  /// A longer first message proves nothing, and is not read to its end.
  static constexpr std::size_t kLongestFirstMessage = 8 * 1024;

  virtual ~Gatekeeper() = default;

  /// Judges a request whose path is known, by its head alone (`body` is still empty). Nothing: let it in.
  virtual std::optional<Response> check(const Request& head, const Peer& peer, Access access) = 0;

  /// Judges an upgrade request to a known socket path.
  virtual SocketVerdict check_socket(const Request& head, const Peer& peer) = 0;

  /// Judges the first message of a socket that was to be asked. False closes it with 4001.
  virtual bool check_first_message(std::string_view text) = 0;

  /// Whether a message of an admitted socket is for the gatekeeper and must not reach the route.
  virtual bool swallows(std::string_view text) = 0;
};

}  // namespace collet::http
