#pragma once
#include <cstddef>

#include "base/result.hpp"
#include "outbound/client.hpp"
#include "outbound/url.hpp"

namespace collet::outbound {

/// The URL of a request that may be sent as far as can be told before its name is resolved; kInvalid says why
/// not. Pure.
Result<Url> check_request(const Request& request, const Client::Options& options);

}  // namespace collet::outbound
