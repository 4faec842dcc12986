// The cookie that opens a conversation's workspace files to a browser, which can't send a header with each
// link. README.md states the rules.
#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "auth/session_keys.hpp"
#include "http/message.hpp"
#include "http/origins.hpp"

namespace collet::secrets {
class KeyRing;
}

namespace collet::auth {

/// Any thread.
class WorkspaceCookie {
 public:
  using Clock = std::chrono::system_clock;
  static constexpr std::string_view kName = "oh_workspace_session_key";
  static constexpr std::chrono::hours kLife{12};

  /// `ring` must outlive this.
  explicit WorkspaceCookie(const secrets::KeyRing& ring) : ring_(ring) {}

  /// Its value, for who has shown this session key. Nothing of the key can be found out by it. It needs no
  /// memory here: it outlives a restart, and counts on every server with the same secret key; it ends with
  /// its time, with the session key, and with the secret key.
  std::string make(std::string_view session_key, Clock::time_point now) const;
  bool accept(std::string_view value, const SessionKeys& keys, Clock::time_point now) const;

 private:
  std::string sign(std::string_view expiry, std::string_view session_key) const;

  const secrets::KeyRing& ring_;
};

/// The Set-Cookie field. A life of 0 takes the cookie away.
std::string workspace_cookie_field(std::string_view value, std::chrono::seconds life);

/// The values of the cookies of this name.
std::vector<std::string> cookie_values(const http::Request& head, std::string_view name);

/// Whether a page from elsewhere may be behind this request, which a cookie alone must not let in: it would
/// be read through the user's browser.
bool may_be_foreign(const http::Request& head, const http::Origins& origins);

}  // namespace collet::auth
