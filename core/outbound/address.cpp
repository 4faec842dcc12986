#include "outbound/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <span>
#include <vector>

namespace collet::outbound {
namespace {

using Networks = std::vector<Network>;

Networks networks(std::initializer_list<std::string_view> texts) {
  Networks found;
  for (const auto text : texts) found.push_back(*parse_network(text));
  return found;
}

bool any_contains(const Networks& networks, const Address& address) {
  return std::any_of(networks.begin(), networks.end(),
                     [&](const Network& network) { return network.contains(address); });
}

// IANA's special-purpose addresses, and one public address that is a cloud's own service.
const Networks& closed_networks() {
  static const Networks closed = networks({
      "0.0.0.0/8",
      "10.0.0.0/8",
      "100.64.0.0/10",
      "127.0.0.0/8",
      "169.254.0.0/16",
      "172.16.0.0/12",
      "192.0.0.0/24",
      "192.0.2.0/24",
      "192.88.99.0/24",
      "192.168.0.0/16",
      "198.18.0.0/15",
      "198.51.100.0/24",
      "203.0.113.0/24",
      "224.0.0.0/3",
      "168.63.129.16",  // Azure's host: metadata, DNS, health
      "2001::/23",
      "2001:db8::/32",
      "3fff::/20",
  });
  return closed;
}

// Where in an IPv6 address an IPv4 one stands.
std::optional<Address> embedded(const Address& address) {
  static const Networks at_the_end = networks({"::ffff:0:0/96", "::/96", "64:ff9b::/96"});
  static const Networks in_front = networks({"2002::/16"});
  std::size_t from = 0;
  if (any_contains(at_the_end, address))
    from = 12;
  else if (any_contains(in_front, address))
    from = 2;
  else
    return std::nullopt;
  Address inner{.six = false, .bytes = {}, .port = address.port};
  std::copy_n(address.bytes.begin() + static_cast<std::ptrdiff_t>(from), 4, inner.bytes.begin());
  return inner;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  const std::string copy(text);
  Address address;
  if (copy.size() != text.size() || copy.find('\0') != std::string::npos) return std::nullopt;
  if (::inet_pton(AF_INET, copy.c_str(), address.bytes.data()) == 1) return address;
  address.six = true;
  if (::inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

std::optional<Address> address_of(const sockaddr& from) {
  Address address;
  if (from.sa_family == AF_INET) {
    sockaddr_in four{};
    std::memcpy(&four, &from, sizeof four);
    std::memcpy(address.bytes.data(), &four.sin_addr, 4);
    address.port = ntohs(four.sin_port);
    return address;
  }
  if (from.sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 six{};
  std::memcpy(&six, &from, sizeof six);
  address.six = true;
  std::memcpy(address.bytes.data(), &six.sin6_addr, 16);
  address.port = ntohs(six.sin6_port);
  if (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr)) return embedded(address);
  return address;
}

std::string to_string(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(address.six ? AF_INET6 : AF_INET, address.bytes.data(), text.data(), text.size());
  return text.data();
}

bool is_public(const Address& address) {
  if (const auto inner = address.six ? embedded(address) : std::nullopt) return is_public(*inner);
  // 2000::/3 is all that has been given out of IPv6.
  if (address.six && (address.bytes[0] & 0xe0U) != 0x20U) return false;
  return !any_contains(closed_networks(), address);
}

bool Network::contains(const Address& other) const {
  if (other.six != address.six) return false;
  const std::size_t whole = bits / 8;
  const unsigned rest = bits % 8;
  if (!std::equal(other.bytes.begin(), other.bytes.begin() + static_cast<std::ptrdiff_t>(whole),
                  address.bytes.begin()))
    return false;
  return rest == 0 || ((other.bytes[whole] ^ address.bytes[whole]) >> (8 - rest)) == 0;
}

std::optional<Network> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  const unsigned most = address->six ? 128 : 32;
  if (slash == std::string_view::npos) return Network{*address, most};
  const auto digits = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc() || end != digits.data() + digits.size() || bits > most) return std::nullopt;
  return Network{*address, bits};
}

}  // namespace collet::outbound
