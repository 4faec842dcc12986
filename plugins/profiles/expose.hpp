// How secrets are asked for.
#pragma once
#include <optional>

#include "collet/host.hpp"
#include "collet/http.hpp"

namespace collet::profiles {

/// What the header X-Expose-Secrets asks for; nothing: secrets stay hidden. Throws a Refusal (400).
std::optional<SecretsAs> wanted_secrets(const Request& request);

}  // namespace collet::profiles
