#include "expose.hpp"

#include <algorithm>
#include <cctype>
#include <string>

namespace collet::profiles {

std::optional<SecretsAs> wanted_secrets(const Request& request) {
  const std::string value(request.header("x-expose-secrets").value_or(std::string_view()));
  std::string lower = value;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (lower.empty()) return std::nullopt;
  if (lower == "plaintext") return SecretsAs::kPlain;
  if (lower == "encrypted" || lower == "true") return SecretsAs::kEncrypted;
  throw Refusal(400, "Invalid X-Expose-Secrets header value: '" + value +
                         "'. Valid values are: 'encrypted', 'plaintext'.");
}

}  // namespace collet::profiles
