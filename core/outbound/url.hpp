// http and https URLs, taken apart by the same parser that the transfers use.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace collet::outbound {

struct Url {
  std::string scheme;  ///< "http" or "https"
  std::string host;    ///< lower case, no dot at its end; "127.0.0.1" for "127.1"; "::1" without brackets
  std::uint16_t port = 0;
  std::string path;        ///< as written, "." and ".." resolved; "/" when there is none
  std::string plain_path;  ///< decoded; empty when it has an encoded slash or control character
  bool has_user = false;

  /// "https://host:port", for messages: a path or query may hold what is nobody's business.
  std::string origin() const;
  bool same_origin(const Url& other) const {
    return scheme == other.scheme && host == other.host && port == other.port;
  }
};

/// Nothing: no absolute http or https URL. Pure.
std::optional<Url> parse_url(std::string_view text);
/// What `reference` (a Location, say) means where `base` was asked for; empty when it means nothing. Pure.
std::string resolve_reference(std::string_view base, std::string_view reference);

/// "host", "host:8000", "[::1]:8000", as in a Host header.
struct Authority {
  std::string host;  ///< as in Url
  std::optional<std::uint16_t> port;
};
/// Nothing: no such text. Pure.
std::optional<Authority> parse_authority(std::string_view text);

}  // namespace collet::outbound
