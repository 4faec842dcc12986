#include "secrets/fernet.hpp"

#include <botan/cipher_mode.h>
#include <botan/mac.h>
#include <botan/mem_ops.h>
#include <botan/system_rng.h>

#include <vector>

#include "secrets/base64url.hpp"

namespace collet::secrets::fernet {

namespace {

// version (1 byte), time (8), IV (16), ciphertext (n * 16), HMAC (32)
constexpr std::uint8_t kVersion = 0x80;
constexpr std::size_t kHead = 1 + 8;
constexpr std::size_t kBlock = 16;
constexpr std::size_t kMac = 32;
constexpr std::size_t kHalf = Key::kSize / 2;

Botan::secure_vector<std::uint8_t> mac_of(const Key& key, const std::uint8_t* data, std::size_t size) {
  auto mac = Botan::MessageAuthenticationCode::create_or_throw("HMAC(SHA-256)");
  mac->set_key(key.data(), kHalf);
  mac->update(data, size);
  return mac->final();
}

std::unique_ptr<Botan::Cipher_Mode> cipher(const Key& key, Botan::Cipher_Dir direction) {
  auto mode = Botan::Cipher_Mode::create_or_throw("AES-128/CBC/PKCS7", direction);
  mode->set_key(key.data() + kHalf, kHalf);
  return mode;
}

// Nothing: it is no token, whatever the key.
std::optional<std::vector<std::uint8_t>> parsed(std::string_view token) {
  if (token.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && token.ends_with('='); ++padding) token.remove_suffix(1);
  auto data = base64url_decode(token);
  if (!data || data->size() < kHead + 2 * kBlock + kMac || data->front() != kVersion) return std::nullopt;
  if ((data->size() - kMac - kHead - kBlock) % kBlock != 0) return std::nullopt;
  return data;
}

}  // namespace

std::string encrypt(const Key& key, std::string_view plain, std::uint64_t seconds) {
  std::vector<std::uint8_t> token = {kVersion};
  for (int shift = 56; shift >= 0; shift -= 8) token.push_back(static_cast<std::uint8_t>(seconds >> shift));
  const auto iv = Botan::system_rng().random_vec(kBlock);
  token.insert(token.end(), iv.begin(), iv.end());
  Botan::secure_vector<std::uint8_t> text(plain.begin(), plain.end());
  auto mode = cipher(key, Botan::ENCRYPTION);
  mode->start(iv);
  mode->finish(text);
  token.insert(token.end(), text.begin(), text.end());
  const auto mac = mac_of(key, token.data(), token.size());
  token.insert(token.end(), mac.begin(), mac.end());
  std::string encoded = base64url_encode(token.data(), token.size());
  encoded.append((4 - encoded.size() % 4) % 4, '=');
  return encoded;
}

bool is_token(std::string_view text) { return parsed(text).has_value(); }

std::optional<std::string> decrypt(const Key& key, std::string_view token) {
  const auto data = parsed(token);
  if (!data) return std::nullopt;
  const std::size_t signed_size = data->size() - kMac;
  const std::size_t text_size = signed_size - kHead - kBlock;
  const auto mac = mac_of(key, data->data(), signed_size);
  if (!Botan::constant_time_compare(mac.data(), data->data() + signed_size, kMac)) return std::nullopt;
  const std::uint8_t* text = data->data() + kHead + kBlock;
  Botan::secure_vector<std::uint8_t> plain(text, text + text_size);
  try {
    auto mode = cipher(key, Botan::DECRYPTION);
    mode->start(data->data() + kHead, kBlock);
    mode->finish(plain);
  } catch (const std::exception&) {
    return std::nullopt;
  }
  return std::string(plain.begin(), plain.end());
}

}  // namespace collet::secrets::fernet
