// Seals single texts with AES-256-GCM. The sealed form is `collet:v1:<key id>:<base64url of nonce,
// ciphertext, tag>`.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "secrets/key_ring.hpp"

namespace collet::secrets {

/// Any thread. Does not keep the ring.
class SealedBox {
 public:
  explicit SealedBox(const KeyRing& ring);

  /// `context` names what the text belongs to ("settings", a conversation's id); only the same context opens
  /// it.
  std::string seal(std::string_view plain, std::string_view context) const;
  /// kInvalid: not a sealed form, changed, or of another context. kUnavailable: sealed with another key
  /// (named).
  Result<std::string> open(std::string_view sealed, std::string_view context) const;
  static bool is_sealed(std::string_view text);
  /// The id of the key that sealed `text`; nothing: it is no sealed form.
  static std::optional<std::string_view> key_id(std::string_view text);

 private:
  Key key_;
  std::string key_id_;
};

/// `count` bytes from the system's generator.
std::vector<std::uint8_t> system_rng(std::size_t count);
/// Takes the same time wherever the texts differ; their sizes are no secret.
bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace collet::secrets
