// Who gets in. With session keys: the key decides. Without: only programs of our own user on this machine,
// and web pages from this machine. README.md states the rules and why.
#pragma once
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/session_keys.hpp"
#include "auth/workspace_cookie.hpp"
#include "http/gatekeeper.hpp"
#include "http/origins.hpp"

namespace collet::auth {

/// Any thread. Owns its keys.
class Guard final : public http::Gatekeeper {
 public:
  /// `allowed_origins`: web origins that may call, beside the loopback ones; exact ("https://ui.example").
  /// Without `ring`, which must outlive this, there are no workspace cookies.
  Guard(SessionKeys keys, std::vector<std::string> allowed_origins, const secrets::KeyRing* ring = nullptr);
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  std::optional<http::Response> check(const http::Request& head, const http::Peer& peer,
                                      http::Access access) override;
  http::SocketVerdict check_socket(const http::Request& head, const http::Peer& peer) override;
  bool check_first_message(std::string_view text) override;
  bool swallows(std::string_view text) override;

  /// Who sent a request that was let in, for the audit log: "key 1a2b3c4d", or "loopback" where there are no
  /// keys.
  std::string caller(const http::Request& request) const;

  /// The Set-Cookie fields that give the sender of a request that was let in the workspace cookie, and that
  /// take it away. Where there are no keys it is empty, and never asked for.
  std::string open_workspace(const http::Request& request) const;
  static std::string close_workspace();

  /// From now on these keys count. Sockets that an old one has opened stay open.
  void set_keys(SessionKeys keys);

 private:
  std::shared_ptr<const SessionKeys> keys() const;
  bool has_cookie(const http::Request& head, const SessionKeys& keys) const;
  std::optional<http::Response> check_without_keys(const http::Request& head, const http::Peer& peer) const;
  void warn_of_other_user() const;

  mutable std::mutex mutex_;
  std::shared_ptr<const SessionKeys> keys_;
  http::Origins origins_;
  std::optional<WorkspaceCookie> cookie_;

  // Of connections of other users; under the lock.
  mutable std::optional<std::chrono::steady_clock::time_point> warned_;
  mutable std::size_t refused_ = 0;  // since then
};

}  // namespace collet::auth
