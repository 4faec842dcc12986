// The master key that seals what is secret at rest: from the environment, or a key file made at the first
// start.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace collet::secrets {

/// 32 bytes that are wiped when they go. Copies are deliberate, so there are none: move-only.
class Key {
 public:
  static constexpr std::size_t kSize = 32;
  Key() = default;
  explicit Key(const std::array<std::uint8_t, kSize>& bytes) : bytes_(bytes) {}
  Key(Key&& other) noexcept;
  Key& operator=(Key&& other) noexcept;
  ~Key();

  const std::array<std::uint8_t, kSize>& bytes() const { return bytes_; }
  std::array<std::uint8_t, kSize>& bytes() { return bytes_; }

 private:
  std::array<std::uint8_t, kSize> bytes_{};
};

class KeyRing {
 public:
  /// `environment_secret`: the value of COLLET_SECRET_KEY or OH_SECRET_KEY; when it is absent or empty the
  /// key file <state_dir>/secret.key is used, and made when there is none (0600, on disk before this
  /// returns). A key file that is damaged, unreadable or open to others is an error that names it; it is
  /// never replaced.
  static Result<KeyRing> open(const std::filesystem::path& state_dir,
                              const std::optional<std::string>& environment_secret);

  /// A key for one purpose, derived from the master key (HKDF-SHA-256).
  Key derive(std::string_view purpose) const;
  /// Eight hex digits that name the master key without telling anything about it.
  const std::string& id() const { return id_; }
  /// The environment's secret was given: tokens in the reference's own encrypted form can be made.
  bool from_environment() const { return from_environment_; }
  /// Encrypts to and decrypts from a Fernet token whose key is SHA-256 of the environment's secret.
  /// kUnavailable without one; kInvalid: no such token, or another key's.
  Result<std::string> fernet_encrypt(std::string_view plain) const;
  Result<std::string> fernet_decrypt(std::string_view token) const;

 private:
  KeyRing(Key master, Key fernet, bool from_environment);
  Key master_;
  Key fernet_;  ///< SHA-256 of the environment's secret
  std::string id_;
  bool from_environment_ = false;
};

}  // namespace collet::secrets
