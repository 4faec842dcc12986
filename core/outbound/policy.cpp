#include "outbound/policy.hpp"

#include <algorithm>
#include <cctype>

namespace collet::outbound {
namespace {

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
  });
}

bool fits(const std::optional<std::uint16_t>& wanted, std::uint16_t port) {
  return !wanted || *wanted == port;
}

}  // namespace

Result<Policy> Policy::make(const std::vector<std::string>& allow, bool only_listed,
                            const std::vector<std::string>& schemes) {
  Policy policy;
  policy.only_listed_ = only_listed;
  policy.schemes_ = schemes;
  for (const auto& scheme : schemes)
    if (scheme != "http" && scheme != "https")
      return invalid("'" + scheme + "' is no scheme to allow; known are http and https");
  for (const auto& entry : allow)
    if (auto added = policy.add(entry); !added) return added.error();
  return policy;
}

Result<void> Policy::add(const std::string& entry) {
  if (const auto network = parse_network(entry)) {
    places_.push_back({*network, std::nullopt});
    return {};
  }
  const bool any_below = entry.starts_with("*.");
  const auto authority = parse_authority(any_below ? entry.substr(2) : entry);
  const auto address = authority ? parse_address(authority->host) : std::nullopt;
  if (address && !any_below) {
    places_.push_back({{*address, address->six ? 128U : 32U}, authority->port});
    return {};
  }
  if (!authority || address || !is_name(authority->host))
    return invalid(
        "'" + entry +
        "' is no host (vault.internal, *.corp.example), host with port (vault.internal:8200), address "
        "or network (10.1.0.0/16)");
  names_.push_back({(any_below ? "." : "") + authority->host, authority->port});
  return {};
}

bool Policy::allows_scheme(std::string_view scheme) const {
  return std::find(schemes_.begin(), schemes_.end(), scheme) != schemes_.end();
}

bool Policy::lists_name(const Url& url) const {
  return std::any_of(names_.begin(), names_.end(), [&](const Name& name) {
    const bool same = name.text[0] == '.' ? url.host.ends_with(name.text) : url.host == name.text;
    return same && fits(name.port, url.port);
  });
}

bool Policy::allows_address(const Address& address) const {
  const bool listed = std::any_of(places_.begin(), places_.end(), [&](const Place& place) {
    return place.network.contains(address) && fits(place.port, address.port);
  });
  return listed || (!only_listed_ && is_public(address));
}

}  // namespace collet::outbound
