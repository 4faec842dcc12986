// Tells the URL of one of this server's own secrets from all others, so that a lookup of it needs no socket.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace collet::settings {

/// Under what addresses this server is known.
struct OwnAddresses {
  std::string host;        ///< that it listens on: "127.0.0.1", "::", "localhost"
  std::uint16_t port = 0;  ///< 0: it doesn't listen yet
  std::string
      public_url;  ///< "https://collet.example/base", as clients call it through a proxy; may be empty
};

/// The NAME of "/api/settings/secrets/NAME" in a URL that is relative, or leads to one of our addresses or to
/// `created_through_host`, the Host field of the request that brought the URL (may be empty). The path is
/// decoded once, as the route's is; a query counts for nothing. Nothing: the URL is not ours, or of something
/// else. Pure.
std::optional<std::string> own_secret(std::string_view url, const OwnAddresses& own,
                                      std::string_view created_through_host);

}  // namespace collet::settings
