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

  /// The three steps of a change to a new key file; see key_file.hpp. Adopting keeps the old key file under
  /// its key's id, and returns where. `recorded_id`: of the key that the database is sealed with; may be
  /// empty. Settling adopts a next key file that the database is sealed with already, and drops any other;
  /// it is not even looked at when the environment's secret or the key file is the recorded key.
  static Result<KeyRing> make_next(const std::filesystem::path& state_dir);
  static Result<std::filesystem::path> adopt_next(const std::filesystem::path& state_dir);
  static Result<void> settle_next(const std::filesystem::path& state_dir,
                                  const std::optional<std::string>& environment_secret,
                                  const std::string& recorded_id);

  /// A key for one purpose, derived from the master key (HKDF-SHA-256).
  Key derive(std::string_view purpose) const;
  /// Eight hex digits that name the master key without telling anything about it.
  const std::string& id() const { return id_; }

  /// To and from a Fernet token. Its key is the SHA-256 of the environment's secret, as other servers with
  /// the same secret have it; with a key file, one derived from that. kInvalid: no such token, or another
  /// key's.
  std::string fernet_encrypt(std::string_view plain) const;
  Result<std::string> fernet_decrypt(std::string_view token) const;

 private:
  KeyRing(Key master, std::optional<Key> fernet);
  static bool is_in_force(const std::filesystem::path& state_dir,
                          const std::optional<std::string>& environment_secret, const std::string& id);
  Key master_;
  Key fernet_;
  std::string id_;
};

}  // namespace collet::secrets
