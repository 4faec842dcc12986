#include "outbound/url.hpp"

#include <gtest/gtest.h>

namespace collet::outbound {
namespace {

TEST(Url_Parse, TakesApart) {
  const auto url = parse_url("HTTPS://Vault.Example.:8443/a/../b?q=1#f");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->host, "vault.example");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->path, "/b");
  EXPECT_FALSE(url->has_user);
  EXPECT_EQ(url->origin(), "https://vault.example:8443");
  EXPECT_EQ(parse_url("http://h")->port, 80);
  EXPECT_EQ(parse_url("https://h?q")->port, 443);
  EXPECT_EQ(parse_url("http://[::1]:8000/")->host, "::1");
  EXPECT_EQ(parse_url("http://[::1]:8000/")->origin(), "http://[::1]:8000");
  EXPECT_TRUE(parse_url("http://user@h/")->has_user);
  EXPECT_TRUE(parse_url("http://:pass@h/")->has_user);
}

TEST(Url_Parse, OddFormsOfAddressesBecomePlain) {
  for (const char* text : {"http://127.1/", "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/"}) {
    const auto url = parse_url(text);
    ASSERT_TRUE(url) << text;
    EXPECT_EQ(url->host, "127.0.0.1") << text;
  }
}

TEST(Url_Parse, RefusesWhatIsNoHttpUrl) {
  for (const char* text :
       {"", "/api/x", "//h/x", "h/x", "ftp://h/", "file:///etc/passwd", "http://", "http://h:0/",
        "http://h:99999/", "http://h /", "http://h/a b", "http://h/\r\nX: y", "javascript:alert(1)"})
    EXPECT_FALSE(parse_url(text)) << text;
}

TEST(Url_Reference, IsResolvedAgainstTheBase) {
  EXPECT_EQ(resolve_reference("http://h:81/a/b?q", "/c"), "http://h:81/c");
  EXPECT_EQ(resolve_reference("http://h/a/b", "c?x=1"), "http://h/a/c?x=1");
  EXPECT_EQ(resolve_reference("http://h/a", "//other/c"), "http://other/c");
  EXPECT_EQ(resolve_reference("http://h/a", "https://h/c"), "https://h/c");
  EXPECT_EQ(resolve_reference("http://h/a", ""), "");
}

TEST(Url_Authority, HostAndPort) {
  EXPECT_EQ(parse_authority("Host.Example")->host, "host.example");
  EXPECT_FALSE(parse_authority("host")->port);
  EXPECT_EQ(parse_authority("host:80")->port, 80);
  EXPECT_EQ(parse_authority("[::1]:8000")->host, "::1");
  EXPECT_EQ(parse_authority("[::1]:8000")->port, 8000);
  for (const char* text : {"", "a b", "user@host", "host/x", "host:port", "host?x"})
    EXPECT_FALSE(parse_authority(text)) << text;
}

}  // namespace
}  // namespace collet::outbound
