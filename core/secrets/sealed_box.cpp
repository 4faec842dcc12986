#include "secrets/sealed_box.hpp"

#include <botan/aead.h>
#include <botan/exceptn.h>
#include <botan/mem_ops.h>
#include <botan/system_rng.h>

#include "secrets/base64url.hpp"

namespace collet::secrets {

namespace {

constexpr std::string_view kHead = "collet:v1:";
constexpr std::size_t kNonce = 12;
constexpr std::size_t kTag = 16;

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

// One per call: a mode holds state, and making it costs a microsecond.
std::unique_ptr<Botan::AEAD_Mode> cipher(const Key& key, Botan::Cipher_Dir direction,
                                         std::string_view context) {
  auto mode = Botan::AEAD_Mode::create_or_throw("AES-256/GCM", direction);
  mode->set_key(key.data(), Key::kSize);
  mode->set_associated_data(bytes_of(context), context.size());
  return mode;
}

}  // namespace

SealedBox::SealedBox(const KeyRing& ring) : key_(ring.derive("collet sealed box v1")), key_id_(ring.id()) {}

bool SealedBox::is_sealed(std::string_view text) { return text.starts_with(kHead); }

std::optional<std::string_view> SealedBox::key_id(std::string_view text) {
  if (!is_sealed(text)) return std::nullopt;
  const auto rest = text.substr(kHead.size());
  const auto colon = rest.find(':');
  return colon == std::string_view::npos ? std::nullopt : std::optional(rest.substr(0, colon));
}

std::string SealedBox::seal(std::string_view plain, std::string_view context) const {
  const auto nonce = Botan::system_rng().random_vec(kNonce);
  Botan::secure_vector<std::uint8_t> text(plain.begin(), plain.end());
  auto mode = cipher(key_, Botan::ENCRYPTION, context);
  mode->start(nonce);
  mode->finish(text);
  std::vector<std::uint8_t> all(nonce.begin(), nonce.end());
  all.insert(all.end(), text.begin(), text.end());
  return std::string(kHead) + key_id_ + ":" + base64url_encode(all.data(), all.size());
}

Result<std::string> SealedBox::open(std::string_view sealed, std::string_view context) const {
  if (!is_sealed(sealed)) return invalid("secrets: this is no sealed text");
  const auto rest = sealed.substr(kHead.size());
  const auto colon = rest.find(':');
  if (colon == std::string_view::npos) return invalid("secrets: a sealed text is damaged");
  const auto key_id = rest.substr(0, colon);
  if (key_id != key_id_)
    return unavailable("secrets: sealed with another secret key (" + std::string(key_id) +
                       "); the present one is " + key_id_);
  const auto all = base64url_decode(rest.substr(colon + 1));
  if (!all || all->size() < kNonce + kTag) return invalid("secrets: a sealed text is damaged");
  Botan::secure_vector<std::uint8_t> text(all->begin() + kNonce, all->end());
  try {
    auto mode = cipher(key_, Botan::DECRYPTION, context);
    mode->start(all->data(), kNonce);
    mode->finish(text);
  } catch (const Botan::Exception&) {
    return invalid("secrets: a sealed text was changed or belongs elsewhere");
  }
  return std::string(text.begin(), text.end());
}

std::vector<std::uint8_t> system_rng(std::size_t count) {
  std::vector<std::uint8_t> bytes(count);
  Botan::system_rng().randomize(bytes.data(), bytes.size());
  return bytes;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && Botan::constant_time_compare(bytes_of(a), bytes_of(b), a.size());
}

}  // namespace collet::secrets
