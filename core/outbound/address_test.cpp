#include "outbound/address.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>

namespace collet::outbound {
namespace {

bool is_public_text(const char* text) { return is_public(parse_address(text).value()); }

TEST(Address_Public, TheInternet) {
  for (const char* text : {"1.1.1.1",
                           "8.8.8.8",
                           "9.255.255.255",
                           "11.0.0.0",
                           "100.63.255.255",
                           "100.128.0.0",
                           "126.255.255.255",
                           "128.0.0.0",
                           "169.253.255.255",
                           "172.15.255.255",
                           "172.32.0.0",
                           "192.0.1.0",
                           "192.167.255.255",
                           "198.17.255.255",
                           "198.20.0.0",
                           "223.255.255.255",
                           "2606:4700:4700::1111",
                           "2001:4860:4860::8888",
                           "2a00:1450::1",
                           "::ffff:1.1.1.1",
                           "64:ff9b::101:101",
                           "2002:101:101::1"})
    EXPECT_TRUE(is_public_text(text)) << text;
}

TEST(Address_Public, NotLoopbackPrivateLinkLocalCarrierMetadata) {
  for (const char* text :
       {"0.0.0.0",         "0.1.2.3",        "10.0.0.1",        "10.255.255.255",  "100.64.0.1",
        "100.100.100.200", "127.0.0.1",      "127.255.255.254", "169.254.169.254", "169.254.170.2",
        "172.16.0.1",      "172.31.255.255", "192.0.0.192",     "192.0.2.1",       "192.88.99.1",
        "192.168.1.1",     "198.18.0.1",     "198.19.255.255",  "198.51.100.1",    "203.0.113.1",
        "168.63.129.16"})
    EXPECT_FALSE(is_public_text(text)) << text;
}

TEST(Address_Public, NotMulticastBroadcastReserved) {
  for (const char* text :
       {"224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "ff02::1", "ff0e::1"})
    EXPECT_FALSE(is_public_text(text)) << text;
}

TEST(Address_Public, NotIpv6sOwnSpecialAddresses) {
  for (const char* text : {"::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "100::1", "2001::1",
                           "2001:10::1", "2001:db8::1", "3fff::1", "5f00::1", "64:ff9b:1::1", "4000::1"})
    EXPECT_FALSE(is_public_text(text)) << text;
}

TEST(Address_Public, JudgesTheIpv4AddressInside) {
  for (const char* text : {"::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::10.0.0.1",
                           "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::1", "2002:a9fe:a9fe::1"})
    EXPECT_FALSE(is_public_text(text)) << text;
}

TEST(Address_Of, TakesIpv4OutOfIpv6) {
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(81);
  six.sin6_addr.s6_addr[10] = six.sin6_addr.s6_addr[11] = 0xff;
  six.sin6_addr.s6_addr[12] = 127;
  six.sin6_addr.s6_addr[15] = 1;
  const auto address = address_of(reinterpret_cast<const sockaddr&>(six));
  ASSERT_TRUE(address);
  EXPECT_FALSE(address->six);
  EXPECT_EQ(to_string(*address), "127.0.0.1");
  EXPECT_EQ(address->port, 81);
  sockaddr other{};
  other.sa_family = AF_UNIX;
  EXPECT_FALSE(address_of(other));
}

TEST(Address_Network, ContainsByBits) {
  const auto in = [](const char* network, const char* address) {
    return parse_network(network).value().contains(parse_address(address).value());
  };
  EXPECT_TRUE(in("10.1.0.0/16", "10.1.255.255"));
  EXPECT_FALSE(in("10.1.0.0/16", "10.2.0.0"));
  EXPECT_TRUE(in("10.0.0.128/25", "10.0.0.200"));
  EXPECT_FALSE(in("10.0.0.128/25", "10.0.0.127"));
  EXPECT_TRUE(in("0.0.0.0/0", "255.1.1.1"));
  EXPECT_FALSE(in("0.0.0.0/0", "::1"));
  EXPECT_TRUE(in("10.0.0.1", "10.0.0.1"));
  EXPECT_FALSE(in("10.0.0.1", "10.0.0.2"));
  EXPECT_TRUE(in("fd00::/8", "fdff::1"));
  EXPECT_FALSE(in("fd00::/8", "fe00::1"));
  for (const char* text :
       {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0", "::/129", "host/8"})
    EXPECT_FALSE(parse_network(text)) << text;
}

}  // namespace
}  // namespace collet::outbound
