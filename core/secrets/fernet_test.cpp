#include "secrets/fernet.hpp"

#include <gtest/gtest.h>

#include "secrets/key_ring.hpp"

namespace collet::secrets {
namespace {

/// The key and token of the format's published test vector.
Key published_key() {
  return Key({0x73, 0x0f, 0xf4, 0xc7, 0xaf, 0x3d, 0x46, 0x92, 0x3e, 0x8e, 0xd4,
              0x51, 0xee, 0x81, 0x3c, 0x87, 0xf7, 0x90, 0xb0, 0xa2, 0x26, 0xbc,
              0x96, 0xa9, 0x2d, 0xe4, 0x9b, 0x5e, 0x9c, 0x05, 0xe1, 0xee});
}
constexpr std::string_view kPublished =
    "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";

TEST(Fernet_Decrypt, OpensThePublishedToken) {
  EXPECT_EQ(fernet::decrypt(published_key(), kPublished), "hello");
}

TEST(Fernet_Decrypt, AnyChangedCharacterIsNoticed) {
  for (std::size_t i = 0; i < kPublished.size() - 3; ++i) {  // the padding's neighbour has unused bits
    std::string changed(kPublished);
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(fernet::decrypt(published_key(), changed)) << i;
    EXPECT_FALSE(fernet::decrypt(published_key(), kPublished.substr(0, i))) << i;
  }
  EXPECT_FALSE(fernet::decrypt(published_key(), kPublished.substr(0, kPublished.size() - 2))) << "no padding";
  EXPECT_FALSE(fernet::decrypt(Key(), kPublished));
}

TEST(Fernet_Encrypt, RoundTripsTextsOfAllSizes) {
  const Key key = published_key();
  for (std::size_t size = 0; size < 70; ++size) {
    const std::string plain(size, 'p');
    const auto token = fernet::encrypt(key, plain, 1'795'326'374);
    EXPECT_TRUE(token.starts_with("gAAAAAB"));
    EXPECT_EQ(token.size() % 4, 0U);
    EXPECT_EQ(fernet::decrypt(key, token), plain);
  }
}

TEST(Fernet_Ring, KeyIsTheHashOfTheEnvironmentsSecret) {
  auto ring = KeyRing::open("/nowhere", "s3cret");
  ASSERT_TRUE(ring.ok());
  EXPECT_EQ(ring->fernet_decrypt(ring->fernet_encrypt("x")).value(), "x");
  EXPECT_EQ(ring->fernet_decrypt("gAAAAA").error().kind, Error::Kind::kInvalid);
}

}  // namespace
}  // namespace collet::secrets
