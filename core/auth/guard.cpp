#include "auth/guard.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "auth/peer_user.hpp"
#include "auth/socket_auth.hpp"
#include "base/log.hpp"
#include "base/loopback.hpp"
#include "secrets/audit.hpp"

namespace collet::auth {
namespace {

using http::Access;
using http::Response;
using http::SocketVerdict;

// Whoever gets these learns that something listens here, no more; so monitors may ask under any name.
constexpr std::array<std::string_view, 3> kHealthPaths = {"/alive", "/health", "/ready"};

bool is_health_check(const http::Request& head) {
  const bool harmless = head.method == "GET" || head.method == "HEAD";
  return harmless && std::find(kHealthPaths.begin(), kHealthPaths.end(), head.raw_path) != kHealthPaths.end();
}

// Root may do all that our user may, so keeping it out would protect nothing.
bool may_use_us(const http::Peer& peer) {
  if (!is_loopback_host(peer.remote.address)) return false;
  const auto user = peer_user(peer);
  return user && (*user == ::geteuid() || *user == 0);
}

Response forbidden(std::string_view why) { return Response::error(403, why); }

}  // namespace

Guard::Guard(SessionKeys keys, std::vector<std::string> allowed_origins)
    : keys_(std::make_shared<const SessionKeys>(std::move(keys))), origins_(std::move(allowed_origins)) {}

std::shared_ptr<const SessionKeys> Guard::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

void Guard::set_keys(SessionKeys keys) {
  auto fresh = std::make_shared<const SessionKeys>(std::move(keys));
  const std::lock_guard lock(mutex_);
  keys_.swap(fresh);
}

std::optional<Response> Guard::check(const http::Request& head, const http::Peer& peer, Access access) {
  if (is_health_check(head)) return std::nullopt;
  const auto keys = this->keys();
  if (keys->empty()) return check_without_keys(head, peer);
  if (access == Access::kPublic) return std::nullopt;
  if (keys->accept(head.header("x-session-api-key").value_or(""))) return std::nullopt;
  return Response::error(401, "Unauthorized");
}

SocketVerdict Guard::check_socket(const http::Request& head, const http::Peer& peer) {
  const auto keys = this->keys();
  if (keys->empty())
    if (auto refusal = check_without_keys(head, peer))
      return {.kind = SocketVerdict::Kind::kRefuse, .refusal = std::move(*refusal)};
  return SocketAuth(*keys).check_request(head);
}

bool Guard::check_first_message(std::string_view text) {
  const auto keys = this->keys();
  return SocketAuth(*keys).check_first_message(text);
}

bool Guard::swallows(std::string_view text) { return SocketAuth::is_auth_message(text); }

std::string Guard::caller(const http::Request& request) const {
  if (keys()->empty()) return "loopback";
  return "key " + secrets::fingerprint(request.header("x-session-api-key").value_or(""));
}

std::optional<Response> Guard::check_without_keys(const http::Request& head, const http::Peer& peer) const {
  if (!http::is_loopback_authority(head.header("host").value_or("")))
    return forbidden(
        "Without a session key this server answers only to the hosts localhost, 127.0.0.1 and [::1]");
  const auto origin = head.header("origin");
  if (origin && !origins_.allow(*origin))
    return forbidden("Without a session key this server answers only to pages from this machine");
  // An allowed page may well be cross-site (localhost calls 127.0.0.1); its Origin speaks for it.
  if (!origin && head.header("sec-fetch-site") == "cross-site")
    return forbidden("Without a session key this server doesn't answer to cross-site requests");
  if (!peer.user_allowed) {
    peer.user_allowed = may_use_us(peer);
    if (!*peer.user_allowed) log::warning("auth", "refused a connection from another user of this machine");
  }
  if (!*peer.user_allowed)
    return forbidden(
        "Without a session key this server answers only to processes of its own user on this machine");
  return std::nullopt;
}

}  // namespace collet::auth
