#include "secrets/key_ring.hpp"

#include <botan/hash.h>
#include <botan/hex.h>
#include <botan/kdf.h>

#include <algorithm>

#include "base/time.hpp"
#include "secrets/fernet.hpp"
#include "secrets/key_file.hpp"

namespace collet::secrets {

namespace {

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

Key hkdf(const std::uint8_t* secret, std::size_t size, std::string_view purpose) {
  const auto kdf = Botan::KDF::create_or_throw("HKDF(SHA-256)");
  Key key;
  kdf->kdf(key.data(), Key::kSize, secret, size, nullptr, 0, bytes_of(purpose), purpose.size());
  return key;
}

Key sha256(std::string_view text) {
  auto hash = Botan::HashFunction::create_or_throw("SHA-256");
  hash->update(bytes_of(text), text.size());
  Key key;
  hash->final(key.data());
  return key;
}

}  // namespace

KeyRing::KeyRing(Key master, std::optional<Key> fernet)
    : master_(std::move(master)), fernet_(fernet ? std::move(*fernet) : derive("collet fernet v1")) {
  const Key name = derive("collet key id v1");
  id_ = Botan::hex_encode(name.data(), 4, false);
}

Result<KeyRing> KeyRing::open(const std::filesystem::path& state_dir,
                              const std::optional<std::string>& environment_secret) {
  if (environment_secret && !environment_secret->empty())
    return KeyRing(hkdf(bytes_of(*environment_secret), environment_secret->size(), "collet master key v1"),
                   sha256(*environment_secret));
  auto key = read_or_make_key_file(state_dir);
  if (!key) return key.error();
  return KeyRing(std::move(*key), std::nullopt);
}

Result<KeyRing> KeyRing::make_next(const std::filesystem::path& state_dir) {
  auto key = make_next_key_file(state_dir);
  if (!key) return key.error();
  return KeyRing(std::move(*key), std::nullopt);
}

Result<std::filesystem::path> KeyRing::adopt_next(const std::filesystem::path& state_dir) {
  // The old key may be another: a key file from before the environment had one stays as it was.
  auto old = read_key_file(state_dir);
  const bool known = old && *old;
  return adopt_next_key_file(state_dir, known ? KeyRing(std::move(**old), std::nullopt).id() : "unknown");
}

Result<void> KeyRing::settle_next(const std::filesystem::path& state_dir,
                                  const std::optional<std::string>& environment_secret,
                                  const std::string& recorded_id) {
  sweep_key_drafts(state_dir);
  if (recorded_id.empty() || is_in_force(state_dir, environment_secret, recorded_id))
    return drop_next_key_file(state_dir);
  auto next = read_next_key_file(state_dir);
  if (!next) return next.error();
  if (!*next) return {};
  if (KeyRing(std::move(**next), std::nullopt).id() != recorded_id) return drop_next_key_file(state_dir);
  if (auto adopted = adopt_next(state_dir); !adopted) return adopted.error();
  return {};
}

// Whether the database is sealed with a key that is there without the next key file.
bool KeyRing::is_in_force(const std::filesystem::path& state_dir,
                          const std::optional<std::string>& environment_secret, const std::string& id) {
  if (environment_secret && !environment_secret->empty())
    if (const auto ring = open(state_dir, environment_secret); ring && ring->id() == id) return true;
  auto key = read_key_file(state_dir);
  return key && *key && KeyRing(std::move(**key), std::nullopt).id() == id;
}

Key KeyRing::derive(std::string_view purpose) const { return hkdf(master_.data(), Key::kSize, purpose); }

std::string KeyRing::fernet_encrypt(std::string_view plain) const {
  return fernet::encrypt(fernet_, plain, static_cast<std::uint64_t>(now_micros() / 1'000'000));
}

Result<std::string> KeyRing::fernet_decrypt(std::string_view token) const {
  auto plain = fernet::decrypt(fernet_, token);
  if (!plain) return invalid("Not a token of this server's secret key");
  return std::move(*plain);
}

}  // namespace collet::secrets
