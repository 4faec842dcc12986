// /api/init: a server that was started dormant gets its keys and its place on disk here, once.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "collet/json.hpp"
#include "http/router.hpp"

namespace collet::api {

/// Whoever knows the server's state. Any thread.
class Initialization {
 public:
  virtual ~Initialization() = default;

  struct Status {
    std::string_view state;            ///< "dormant", "initializing", "ready"
    std::optional<std::string> error;  ///< why the last try failed
  };
  /// Nothing: the server was not started dormant.
  virtual std::optional<Status> status() const = 0;
  /// Whether a request with this X-Init-API-Key may initialise the server.
  virtual bool admits(std::string_view key) const = 0;
  /// Returns when the server is ready. `request`: checked already. Blocks. kConflict: it is not dormant;
  /// kInvalid: the request's mistake; other errors leave it dormant.
  virtual Result<void> initialize(const json::Value& request) = 0;
};

/// GET and POST /api/init, which have an authentication of their own. `initialization` must outlive the
/// router.
Result<void> add_init_routes(http::Router& router, Initialization& initialization);

/// For a dormant server: all other paths below /api, and all sockets, answer 503.
Result<void> add_dormant_routes(http::Router& router, const Initialization& initialization);

/// What they answer.
http::Response dormant_response(std::string_view state);

}  // namespace collet::api
