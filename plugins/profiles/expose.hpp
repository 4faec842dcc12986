// What the routes share: how secrets are asked for, and what failures of the host are answered with.
#pragma once
#include <functional>
#include <optional>

#include "collet/host.hpp"
#include "collet/http.hpp"

namespace collet::profiles {

/// What the header X-Expose-Secrets asks for; nothing: secrets stay hidden. Throws a Refusal (400).
std::optional<SecretsAs> wanted_secrets(const Request& request);

/// The handler, whose HostErrors become answers: what is invalid 422, a conflict 409, what is denied or not
/// there now 503. All others are thrown on.
std::function<Response(const Request&)> answering(std::function<Response(const Request&)> handler);

}  // namespace collet::profiles
