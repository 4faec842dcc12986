// The session keys of this server. No key at all means: loopback only, guarded (guard.hpp).
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace collet::auth {

/// Looks up an environment variable; a function so that tests need no real environment.
using Environment = std::function<std::optional<std::string>(const char* name)>;

/// getenv(3). Call it before threads change the environment.
std::optional<std::string> process_environment(const char* name);

/// A value; reading it from several threads is fine.
class SessionKeys {
 public:
  SessionKeys() = default;

  /// Fails with a clear text when a key could never arrive in a header field (control characters, blanks at
  /// its ends). Empty keys are left out, doubles are kept once.
  static Result<SessionKeys> from(const std::vector<std::string>& keys);

  /// `configured` and those of the environment: COLLET_SESSION_API_KEY, SESSION_API_KEY,
  /// OH_SESSION_API_KEYS_0, _1, … up to the first that is not set.
  static Result<SessionKeys> load(std::vector<std::string> configured, const Environment& environment);

  bool empty() const { return keys_.empty(); }

  /// Whether this is one of the keys. Takes as long for a wrong key as for a right one; only the candidate's
  /// own length and the number of keys show in the time.
  bool accept(std::string_view candidate) const;
  /// For what is derived from keys; never for comparing.
  const std::vector<std::string>& all() const { return keys_; }

 private:
  std::vector<std::string> keys_;
};

/// A new random key: 64 hexadecimal digits, 256 bits from the kernel. Fails only where the kernel gives none.
Result<std::string> generate_key();

}  // namespace collet::auth
