#include "base/loopback.hpp"

#include <arpa/inet.h>

#include <string>

namespace collet {

bool is_loopback_host(std::string_view host) {
  if (host == "localhost" || host == "::1") return true;
  // Not by its first letters: 127.0.0.1.example is a name.
  in_addr address{};
  const std::string text(host);
  return text.find('\0') == std::string::npos && ::inet_pton(AF_INET, text.c_str(), &address) == 1 &&
         text.starts_with("127.");
}

}  // namespace collet
