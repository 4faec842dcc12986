// Where the guarded client may go: every public address, or only what is listed; others only when listed.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "outbound/address.hpp"
#include "outbound/url.hpp"

namespace collet::outbound {

/// A value; reading it from several threads is fine.
class Policy {
 public:
  /// Public addresses, http and https.
  Policy() = default;

  /// `allow`: "vault.internal", "*.corp.example" (not corp.example itself), "10.0.0.5", "10.1.0.0/16", each
  /// but the last with a port if need be ("[fd00::1]:8200"). `only_listed`: nothing else, public or not.
  /// `schemes`: "http", "https". kInvalid names the entry that can't be read.
  static Result<Policy> make(const std::vector<std::string>& allow, bool only_listed,
                             const std::vector<std::string>& schemes);

  bool allows_scheme(std::string_view scheme) const;
  /// Whether the name is listed; then its addresses are not judged, whatever they are.
  bool lists_name(const Url& url) const;
  /// Whether a connection to this address may be made for a name that is not listed.
  bool allows_address(const Address& address) const;

 private:
  struct Name {
    std::string text;  ///< lower case; with a leading dot: any name that ends so
    std::optional<std::uint16_t> port;
  };
  struct Place {
    Network network;
    std::optional<std::uint16_t> port;
  };
  Result<void> add(const std::string& entry);

  std::vector<Name> names_;
  std::vector<Place> places_;
  std::vector<std::string> schemes_ = {"http", "https"};
  bool only_listed_ = false;
};

}  // namespace collet::outbound
