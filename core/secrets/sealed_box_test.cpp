#include "secrets/sealed_box.hpp"

#include <gtest/gtest.h>

#include <set>

#include "secrets/base64url.hpp"

namespace collet::secrets {
namespace {

SealedBox box(const char* secret) { return SealedBox(KeyRing::open("/nowhere", secret).value()); }

TEST(SealedBox_Seal, OpensInItsContextOnly) {
  const auto b = box("s");
  for (const auto& plain :
       std::vector<std::string>{"", "x", "sk-secret", "ünïcode", std::string(100'000, 'p')}) {
    const auto sealed = b.seal(plain, "settings");
    EXPECT_TRUE(SealedBox::is_sealed(sealed));
    EXPECT_EQ(b.open(sealed, "settings").value(), plain);
    EXPECT_EQ(b.open(sealed, "other").error().kind, Error::Kind::kInvalid);
  }
  EXPECT_NE(b.seal("x", "c"), b.seal("x", "c"));
}

TEST(SealedBox_Open, AnyChangedCharacterIsNoticed) {
  const auto b = box("s");
  const auto sealed = b.seal("sk-secret", "c");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(b.open(changed, "c").ok()) << i;
    EXPECT_FALSE(b.open(sealed.substr(0, i), "c").ok()) << i;
  }
  EXPECT_FALSE(b.open(sealed + "A", "c").ok());
  EXPECT_EQ(b.open(sealed, "c").value(), "sk-secret");
}

TEST(SealedBox_Open, OtherKeyIsNamed) {
  const auto sealed = box("one").seal("x", "c");
  const auto opened = box("two").open(sealed, "c");
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().kind, Error::Kind::kUnavailable);
  EXPECT_NE(opened.error().message.find(KeyRing::open("/", "one")->id()), std::string::npos);
}

TEST(Base64Url_Decode, TakesOnlyWhatEncodeGives) {
  for (std::size_t size = 0; size < 50; ++size) {
    const auto bytes = system_rng(size);
    EXPECT_EQ(base64url_decode(base64url_encode(bytes.data(), size)), bytes);
  }
  for (const auto* bad : {"A", "AAAAA", "AA=", "A+", "A/", "AB", "AAC", " AA"})
    EXPECT_FALSE(base64url_decode(bad)) << bad;
}

TEST(SystemRng_Bytes, DoNotRepeat) {
  std::set<std::vector<std::uint8_t>> seen;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(seen.insert(system_rng(16)).second);
}

TEST(EqualConstantTime_Texts, ComparesAll) {
  EXPECT_TRUE(equal_constant_time("abc", "abc"));
  EXPECT_TRUE(equal_constant_time("", ""));
  EXPECT_FALSE(equal_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_constant_time("abc", "ab"));
}

}  // namespace
}  // namespace collet::secrets
