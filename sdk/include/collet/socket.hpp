// WebSocket endpoints of a plugin.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "collet/abi/host.h"
#include "collet/abi/sockets.h"
#include "collet/detail/text.hpp"
#include "collet/http.hpp"

namespace collet {

using SessionId = collet_handle;  ///< one connected client; never used again

enum class Sent {
  kQueued,
  kFull,    ///< not queued: the client is slow; SocketEndpoint::drained says when to go on
  kClosed,  ///< the session has ended or is about to
};

/// What a plugin may do with its sessions. A value. Any thread; nothing blocks. Throws HostError for a text
/// that is no UTF-8 and for a close code that may not be sent.
class Sessions {
 public:
  Sessions(const collet_host* host, const collet_sessions* table) : host_(host), table_(table) {}

  Sent send(SessionId session, std::string_view text) const {
    return sent(table_->send(host_, session, 0, detail::to_str(text)));
  }
  Sent send_binary(SessionId session, std::string_view bytes) const {
    return sent(table_->send(host_, session, 1, detail::to_str(bytes)));
  }
  /// One text for many, kept once. What became of it, in the order of `sessions`.
  std::vector<Sent> broadcast(const std::vector<SessionId>& sessions, std::string_view text) const {
    std::vector<collet_status> results(sessions.size(), COLLET_NOT_FOUND);
    table_->broadcast(host_, sessions.data(), sessions.size(), 0, detail::to_str(text), results.data());
    std::vector<Sent> all;
    all.reserve(results.size());
    for (const auto result : results) all.push_back(sent(result));
    return all;
  }
  /// Sends what is queued, then closes. Does nothing to a session that has ended.
  void close(SessionId session, int code = 1000, std::string_view reason = {}) const {
    const auto status = table_->close(host_, session, code, detail::to_str(reason));
    if (status != COLLET_NOT_FOUND) detail::check(status, "the session can't be closed with this code");
  }
  struct Budget {
    std::uint64_t queued = 0, limit = 0;  ///< bytes; both 0 when the session has ended
  };
  Budget budget(SessionId session) const {
    Budget found;
    table_->budget(host_, session, &found.queued, &found.limit);
    return found;
  }

 private:
  static Sent sent(collet_status status) {
    if (status == COLLET_UNAVAILABLE) return Sent::kFull;
    if (status == COLLET_NOT_FOUND) return Sent::kClosed;
    detail::check(status, "the text is no UTF-8");
    return Sent::kQueued;
  }

  const collet_host* host_;
  const collet_sessions* table_;
};

/// Takes what happens on the sessions of one pattern. For one session the calls come one at a time, for
/// several at once; on the plugin's own queue, so they may block. What they throw closes the session (1011).
class SocketEndpoint {
 public:
  SocketEndpoint() = default;
  SocketEndpoint(const SocketEndpoint&) = delete;
  SocketEndpoint& operator=(const SocketEndpoint&) = delete;
  virtual ~SocketEndpoint() = default;

  /// A client has connected, and has shown its key where the server wants one.
  virtual void open([[maybe_unused]] SessionId session, [[maybe_unused]] const Request& request) {}
  virtual void message(SessionId session, std::string_view text) = 0;
  /// Only where the endpoint was set up with `binary`.
  virtual void binary([[maybe_unused]] SessionId session, [[maybe_unused]] std::string_view bytes) {}
  /// After a send that was kFull: there is room again.
  virtual void drained([[maybe_unused]] SessionId session) {}
  /// Once per open. `code`: see collet/abi/sockets.h.
  virtual void closed([[maybe_unused]] SessionId session, [[maybe_unused]] int code) {}
};

struct SocketOptions {
  std::string query =
      {};               ///< JSON schema text of the query's parameters; what does not pass is refused (403)
  bool binary = false;  ///< takes binary messages too
};

}  // namespace collet
