#include "outbound/policy.hpp"

#include <gtest/gtest.h>

namespace collet::outbound {
namespace {

Policy policy(const std::vector<std::string>& allow, bool only_listed = false) {
  auto made = Policy::make(allow, only_listed, {"http", "https"});
  EXPECT_TRUE(made.ok());
  return made.ok() ? *made : Policy();
}
bool address(const Policy& policy, const char* text, std::uint16_t port = 80) {
  auto parsed = parse_address(text).value();
  parsed.port = port;
  return policy.allows_address(parsed);
}
bool name(const Policy& policy, const char* url) { return policy.lists_name(parse_url(url).value()); }

TEST(Policy, NothingListed_IsThePublicInternet) {
  EXPECT_TRUE(address(Policy(), "1.1.1.1"));
  EXPECT_FALSE(address(Policy(), "127.0.0.1"));
  EXPECT_FALSE(name(Policy(), "http://localhost/"));
  EXPECT_TRUE(Policy().allows_scheme("https"));
  EXPECT_FALSE(Policy().allows_scheme("ftp"));
}

TEST(Policy, Addresses) {
  const Policy some = policy({"10.1.0.0/16", "127.0.0.1:8200", "[fd00::1]:80", "192.168.1.1"});
  EXPECT_TRUE(address(some, "10.1.2.3"));
  EXPECT_FALSE(address(some, "10.2.0.0"));
  EXPECT_TRUE(address(some, "127.0.0.1", 8200));
  EXPECT_FALSE(address(some, "127.0.0.1", 8201));
  EXPECT_TRUE(address(some, "fd00::1"));
  EXPECT_FALSE(address(some, "fd00::1", 81));
  EXPECT_TRUE(address(some, "192.168.1.1", 1));
  EXPECT_TRUE(address(some, "1.1.1.1"));
}

TEST(Policy, Names) {
  const Policy some = policy({"Vault.Internal", "api.internal:8443", "*.corp.example"});
  EXPECT_TRUE(name(some, "https://vault.internal/x"));
  EXPECT_TRUE(name(some, "http://vault.internal.:81/x"));
  EXPECT_FALSE(name(some, "https://vault.internal.evil/"));
  EXPECT_TRUE(name(some, "https://api.internal:8443/"));
  EXPECT_FALSE(name(some, "https://api.internal/"));
  EXPECT_TRUE(name(some, "https://a.b.corp.example/"));
  EXPECT_FALSE(name(some, "https://corp.example/"));
  EXPECT_FALSE(name(some, "https://evilcorp.example/"));
}

TEST(Policy, OnlyListed_ShutsThePublicInternet) {
  const Policy some = policy({"1.1.1.1", "vault.internal"}, true);
  EXPECT_TRUE(address(some, "1.1.1.1"));
  EXPECT_FALSE(address(some, "8.8.8.8"));
  EXPECT_TRUE(name(some, "https://vault.internal/"));
}

TEST(Policy, Mistakes_AreNamed) {
  for (const char* entry :
       {"", "http://host", "host/x", "a b", "10.0.0.0/40", "*.10.0.0.1", "*", "*.", "host:port"}) {
    const auto made = Policy::make({entry}, false, {"http"});
    ASSERT_FALSE(made.ok()) << entry;
    EXPECT_NE(made.error().message.find(std::string("'") + entry + "'"), std::string::npos);
  }
  EXPECT_FALSE(Policy::make({}, false, {"ftp"}).ok());
}

}  // namespace
}  // namespace collet::outbound
