// The master key that seals what is secret at rest: from the environment, or a key file made at the first
// start.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "secrets/key.hpp"

namespace collet::secrets {

/// Any thread, once opened.
class KeyRing {
 public:
  /// `environment_secret`: the value of COLLET_SECRET_KEY or OH_SECRET_KEY; when it is absent or empty the
  /// key file in `state_dir` is used, and made when there is none (see key_file.hpp).
  static Result<KeyRing> open(const std::filesystem::path& state_dir,
                              const std::optional<std::string>& environment_secret);

  /// A key for one purpose, derived from the master key (HKDF-SHA-256).
  Key derive(std::string_view purpose) const;
  /// Eight hex digits that name the master key without telling anything about it.
  const std::string& id() const { return id_; }

  /// Whether the environment gave a secret; only then there are Fernet tokens.
  bool has_fernet() const { return fernet_.has_value(); }
  /// To and from a Fernet token whose key is the SHA-256 of the environment's secret, as clients of the
  /// reference know them. kUnavailable without a secret; kInvalid: no such token, or another key's.
  Result<std::string> fernet_encrypt(std::string_view plain) const;
  Result<std::string> fernet_decrypt(std::string_view token) const;

 private:
  KeyRing(Key master, std::optional<Key> fernet);
  Key master_;
  std::optional<Key> fernet_;
  std::string id_;
};

}  // namespace collet::secrets
