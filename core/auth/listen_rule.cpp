#include "auth/listen_rule.hpp"

#include <string>

namespace collet::auth {

Result<void> check_listen_address(std::string_view host, const SessionKeys& keys) {
  if (!keys.empty()) return {};
  for (const std::string_view loopback : {"localhost", "127.0.0.1", "::1", "[::1]"})
    if (host == loopback) return {};
  return invalid(
      "Refusing to listen on " + std::string(host) +
      " without a session key: everyone who reaches that address could run commands as you. Make a key "
      "with 'collet keygen' and set it as SESSION_API_KEY, or listen on 127.0.0.1.");
}

}  // namespace collet::auth
