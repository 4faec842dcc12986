#include "settings/own_secret.hpp"

#include <arpa/inet.h>

#include <array>

#include "base/loopback.hpp"
#include "outbound/url.hpp"
#include "settings/secret_store.hpp"

namespace collet::settings {
namespace {

constexpr std::string_view kFolder = "/api/settings/secrets/";

std::optional<std::string> name_in(std::string_view path) {
  if (!path.starts_with(kFolder)) return std::nullopt;
  const auto name = path.substr(kFolder.size());
  return SecretStore::is_name(name) ? std::optional<std::string>(name) : std::nullopt;
}

// 127.0.0.1 of ::ffff:127.0.0.1: a socket for both kinds of addresses knows the one by the other.
std::string unmapped(const std::string& host) {
  in6_addr six{};
  if (::inet_pton(AF_INET6, host.c_str(), &six) != 1 || !IN6_IS_ADDR_V4MAPPED(&six)) return host;
  std::array<char, INET_ADDRSTRLEN> four{};
  ::inet_ntop(AF_INET, &six.s6_addr[12], four.data(), four.size());
  return four.data();
}

// A server that listens on loopback, or everywhere, is reached under each name of this machine's loopback.
bool is_listen_address(const outbound::Url& url, const OwnAddresses& own) {
  if (own.port == 0 || url.port != own.port || url.scheme != "http") return false;
  const auto listen = outbound::parse_authority(
      own.host.find(':') == std::string::npos || own.host[0] == '[' ? own.host : "[" + own.host + "]");
  if (!listen) return false;
  const auto wanted = unmapped(url.host), ours = unmapped(listen->host);
  const bool everywhere = ours == "0.0.0.0" || ours == "::";
  return wanted == ours || (is_loopback_host(wanted) && (everywhere || is_loopback_host(ours)));
}

bool is_host(const outbound::Url& url, std::string_view host) {
  const auto given = outbound::parse_authority(host);
  if (!given || given->host != url.host) return false;
  return given->port ? *given->port == url.port : url.port == (url.scheme == "https" ? 443 : 80);
}

// The path below the public URL's own; nothing where the URL leads elsewhere.
std::optional<std::string_view> below_public_url(const outbound::Url& url, const OwnAddresses& own) {
  const auto ours = outbound::parse_url(own.public_url);
  if (!ours || !url.same_origin(*ours)) return std::nullopt;
  const std::string base = ours->plain_path.substr(0, ours->plain_path.find_last_not_of('/') + 1);
  if (!url.plain_path.starts_with(base)) return std::nullopt;
  return std::string_view(url.plain_path).substr(base.size());
}

}  // namespace

std::optional<std::string> own_secret(std::string_view url, const OwnAddresses& own,
                                      std::string_view created_through_host) {
  if (url.starts_with('/') && !url.starts_with("//")) {
    const auto path = outbound::parse_url("http://localhost" + std::string(url));
    return path ? name_in(path->plain_path) : std::nullopt;
  }
  const auto parsed = outbound::parse_url(url);
  if (!parsed || parsed->has_user) return std::nullopt;
  if (const auto path = below_public_url(*parsed, own))
    if (auto name = name_in(*path)) return name;
  if (is_listen_address(*parsed, own) || is_host(*parsed, created_through_host))
    return name_in(parsed->plain_path);
  return std::nullopt;
}

}  // namespace collet::settings
