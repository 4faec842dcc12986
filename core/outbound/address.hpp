// IP addresses: reading them, and telling public ones from all others.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;

namespace collet::outbound {

struct Address {
  bool six = false;                      ///< IPv6; else the first four bytes count
  std::array<std::uint8_t, 16> bytes{};  ///< in network order
  std::uint16_t port = 0;
};

/// "10.0.0.1" or "fd00::1", without brackets, zone or port. Pure.
std::optional<Address> parse_address(std::string_view text);
/// Nothing: another family. An IPv4 address inside IPv6 (::ffff:0:0/96) becomes IPv4.
std::optional<Address> address_of(const sockaddr& from);
/// "10.0.0.1", "fd00::1".
std::string to_string(const Address& address);

/// Whether it is of the public internet. Not: loopback, private and link-local networks (the metadata
/// services of clouds are among them), carriers' (100.64.0.0/10), 0.0.0.0/8, multicast, broadcast,
/// documentation, and all that is reserved. An IPv4 address that stands in an IPv6 one (mapped, compatible,
/// NAT64, 6to4) is judged itself. Pure.
bool is_public(const Address& address);

/// The addresses that share the first `bits` bits.
struct Network {
  Address address;
  unsigned bits = 0;
  bool contains(const Address& other) const;
};
/// "10.0.0.0/8", "fd00::/8", or a single address. Pure.
std::optional<Network> parse_network(std::string_view text);

}  // namespace collet::outbound
