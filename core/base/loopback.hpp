#pragma once
#include <string_view>

namespace collet {

/// Whether a host is this machine's own: "localhost", "::1", or an address of 127.0.0.0/8. As parsed out of
/// a URL or given by a socket: lower case, no brackets, no port. Other names are never asked for. Pure.
bool is_loopback_host(std::string_view host);

}  // namespace collet
