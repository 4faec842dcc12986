// Who gets in. With session keys: the key decides. Without: only programs of our own user on this machine,
// and web pages from this machine. README.md states the rules and why.
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "auth/session_keys.hpp"
#include "http/gatekeeper.hpp"
#include "http/origins.hpp"

namespace collet::auth {

/// Any thread. Owns its keys.
class Guard final : public http::Gatekeeper {
 public:
  /// `allowed_origins`: web origins that may call, beside the loopback ones; exact ("https://ui.example").
  Guard(SessionKeys keys, std::vector<std::string> allowed_origins);
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

  /// From now on these keys count. Sockets that an old one has opened stay open.
  void set_keys(SessionKeys keys);

 private:
  std::shared_ptr<const SessionKeys> keys() const;
  std::optional<http::Response> check_without_keys(const http::Request& head, const http::Peer& peer) const;

  mutable std::mutex mutex_;
  std::shared_ptr<const SessionKeys> keys_;
  http::Origins origins_;
};

}  // namespace collet::auth
