#include "secrets/sha256.hpp"

#include <botan/hash.h>
#include <botan/hex.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace collet::secrets {

std::string sha256_of(std::string_view bytes) {
  const auto hash = Botan::HashFunction::create_or_throw("SHA-256");
  hash->update(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  return Botan::hex_encode(hash->final(), false);
}

Result<std::string> sha256_of_file(int descriptor) {
  const auto hash = Botan::HashFunction::create("SHA-256");
  if (!hash) return internal("there is no SHA-256");
  std::array<std::uint8_t, 64 << 10> piece;  // NOLINT(cppcoreguidelines-init-variables): filled by pread
  for (off_t at = 0;;) {
    const ssize_t got = ::pread(descriptor, piece.data(), piece.size(), at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unavailable("cannot be read: " + std::generic_category().message(errno));
    if (got == 0) return Botan::hex_encode(hash->final(), false);
    hash->update(piece.data(), static_cast<std::size_t>(got));
    at += got;
  }
}

}  // namespace collet::secrets
