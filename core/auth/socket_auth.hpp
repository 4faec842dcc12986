// The three ways in which a WebSocket client shows its key: query `session_api_key`, header
// X-Session-API-Key, or the first message {"type":"auth","session_api_key":"…"}. README.md has the table of
// outcomes.
#pragma once
#include <string_view>

#include "auth/session_keys.hpp"
#include "http/gatekeeper.hpp"

namespace collet::auth {

/// Judges keys only; where a socket may come from is the guard's part. Any thread.
class SocketAuth {
 public:
  /// `keys` must outlive this.
  explicit SocketAuth(const SessionKeys& keys) : keys_(keys) {}

  http::SocketVerdict check_request(const http::Request& head) const;
  /// True only for an auth message with a right key.
  bool check_first_message(std::string_view text) const;
  /// An auth message, whatever its key: clients send one also where none is needed.
  static bool is_auth_message(std::string_view text);

 private:
  const SessionKeys& keys_;
};

}  // namespace collet::auth
