#include "settings/own_secret.hpp"

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

// A server that listens on loopback, or everywhere, is reached under each name of this machine's loopback.
bool is_listen_address(const outbound::Url& url, const OwnAddresses& own) {
  if (own.port == 0 || url.port != own.port || url.scheme != "http") return false;
  const auto listen = outbound::parse_authority(
      own.host.find(':') == std::string::npos || own.host[0] == '[' ? own.host : "[" + own.host + "]");
  if (!listen) return false;
  const bool everywhere = listen->host == "0.0.0.0" || listen->host == "::";
  return url.host == listen->host ||
         (is_loopback_host(url.host) && (everywhere || is_loopback_host(listen->host)));
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
  std::string_view base = ours->path;
  if (base.ends_with('/')) base.remove_suffix(1);
  if (!std::string_view(url.path).starts_with(base)) return std::nullopt;
  return std::string_view(url.path).substr(base.size());
}

}  // namespace

std::optional<std::string> own_secret(std::string_view url, const OwnAddresses& own,
                                      std::string_view created_through_host) {
  if (url.starts_with('/') && !url.starts_with("//")) return name_in(url.substr(0, url.find_first_of("?#")));
  const auto parsed = outbound::parse_url(url);
  if (!parsed || parsed->has_user) return std::nullopt;
  if (const auto path = below_public_url(*parsed, own))
    if (auto name = name_in(*path)) return name;
  if (is_listen_address(*parsed, own) || is_host(*parsed, created_through_host)) return name_in(parsed->path);
  return std::nullopt;
}

}  // namespace collet::settings
