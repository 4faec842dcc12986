#include "auth/guard.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <utility>

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

constexpr std::size_t kMostCookies = 8;  // of one name; a browser sends one
constexpr std::chrono::seconds kBetweenWarnings{10};
constexpr std::chrono::seconds kNoKeyLife{315'360'000};  // as clients know it; it opens nothing

// Whoever gets these learns that something listens here, no more; so monitors may ask under any name.
constexpr std::array<std::string_view, 3> kHealthPaths = {"/alive", "/health", "/ready"};

bool is_health_check(const http::Request& head) {
  const bool harmless = head.method == "GET" || head.method == "HEAD";
  return harmless && std::find(kHealthPaths.begin(), kHealthPaths.end(), head.raw_path) != kHealthPaths.end();
}

// Root may do all that our user may, so keeping it out would protect nothing.
bool may_use_us(uid_t user) { return user == ::geteuid() || user == 0; }

// The scheme's case doesn't count. Empty: there is none.
std::string_view bearer_token(const http::Request& head) {
  constexpr std::string_view kScheme = "bearer ";
  const auto field = head.header("authorization").value_or("");
  const auto is_scheme = [](char given, char wanted) { return (given | 0x20) == (wanted | 0x20); };
  if (field.size() <= kScheme.size() ||
      !std::equal(kScheme.begin(), kScheme.end() - 1, field.begin(), is_scheme) ||
      field[kScheme.size() - 1] != ' ')
    return {};
  return field.substr(kScheme.size());
}

Response forbidden(std::string_view why) { return Response::error(403, why); }

}  // namespace

Guard::Guard(SessionKeys keys, std::vector<std::string> allowed_origins, const secrets::KeyRing* ring)
    : keys_(std::make_shared<const SessionKeys>(std::move(keys))), origins_(std::move(allowed_origins)) {
  if (ring != nullptr) cookie_.emplace(*ring);
}

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
  if (access == Access::kBearer && keys->accept(bearer_token(head))) return std::nullopt;
  if (access == Access::kWorkspace && has_cookie(head, *keys)) return std::nullopt;
  return Response::error(401, "Unauthorized");
}

bool Guard::has_cookie(const http::Request& head, const SessionKeys& keys) const {
  if (!cookie_ || (head.method != "GET" && head.method != "HEAD")) return false;
  if (may_be_foreign(head, origins_)) return false;
  const auto now = WorkspaceCookie::Clock::now();
  auto values = cookie_values(head, WorkspaceCookie::kName);
  values.resize(std::min(values.size(), kMostCookies));
  return std::any_of(values.begin(), values.end(),
                     [&](const std::string& value) { return cookie_->accept(value, keys, now); });
}

std::string Guard::open_workspace(const http::Request& request) const {
  const auto key = request.header("x-session-api-key").value_or("");
  if (!cookie_ || keys()->empty() || key.empty()) return workspace_cookie_field("", kNoKeyLife);
  return workspace_cookie_field(cookie_->make(key, WorkspaceCookie::Clock::now()), WorkspaceCookie::kLife);
}

std::string Guard::close_workspace() { return workspace_cookie_field("", std::chrono::seconds(0)); }

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
  auto key = request.header("x-session-api-key");
  if (!key && request.header("authorization")) key = bearer_token(request);
  if (!key && !cookie_values(request, WorkspaceCookie::kName).empty()) return "workspace cookie";
  return "key " + secrets::fingerprint(key.value_or(""));
}

// Once in a while: whoever may connect could fill the log.
void Guard::warn_of_other_user() const {
  const auto now = std::chrono::steady_clock::now();
  std::size_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    ++refused_;
    if (warned_ && now - *warned_ < kBetweenWarnings) return;
    warned_ = now;
    count = std::exchange(refused_, 0);
  }
  log::warning("auth", "refused connections from another user of this machine: " + std::to_string(count));
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
    // Nobody is found behind a connection that its client has closed meanwhile: no reason to warn.
    const auto user = is_loopback_host(peer.remote.address) ? peer_user(peer) : std::nullopt;
    peer.user_allowed = user && may_use_us(*user);
    if (user && !*peer.user_allowed) warn_of_other_user();
  }
  if (!*peer.user_allowed)
    return forbidden(
        "Without a session key this server answers only to processes of its own user on this machine");
  return std::nullopt;
}

}  // namespace collet::auth
