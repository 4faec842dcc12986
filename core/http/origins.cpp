#include "http/origins.hpp"

#include <algorithm>
#include <cctype>

namespace collet::http {
namespace {

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
  });
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool is_loopback_authority(std::string_view authority) {
  for (const std::string_view name : {"localhost", "127.0.0.1", "[::1]"}) {
    if (!equals_ignoring_case(authority.substr(0, name.size()), name)) continue;
    const auto rest = authority.substr(name.size());
    if (rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)))) return true;
  }
  return false;
}

bool is_loopback_origin(std::string_view origin) {
  for (const std::string_view scheme : {"http://", "https://"})
    if (origin.substr(0, scheme.size()) == scheme) return is_loopback_authority(origin.substr(scheme.size()));
  return false;
}

bool Origins::allow(std::string_view origin) const {
  return is_loopback_origin(origin) ||
         std::find(configured_.begin(), configured_.end(), origin) != configured_.end();
}

}  // namespace collet::http
