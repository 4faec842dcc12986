#pragma once
#include <string_view>

#include "auth/session_keys.hpp"
#include "base/result.hpp"

namespace collet::auth {

/// Listening beyond loopback needs a key. The error says how to make one; it is the line to show at start.
Result<void> check_listen_address(std::string_view host, const SessionKeys& keys);

}  // namespace collet::auth
