// What a server serves that waits for POST /api/init, and to whom.
#pragma once
#include "agent/tool.hpp"
#include "api/activity.hpp"
#include "api/init_api.hpp"
#include "auth/guard.hpp"
#include "base/result.hpp"
#include "http/gatekeeper.hpp"
#include "http/router.hpp"
#include "server/config.hpp"

namespace collet::server {

/// Lets everybody ask a dormant server who knows its secret key, and those of this machine who may call a
/// server without session keys. Any thread.
class DormantGate final : public http::Gatekeeper {
 public:
  explicit DormantGate(const Config& config)
      : guard_(auth::SessionKeys(), config.allow_cors_origins), is_keyed_(!config.secret_key.empty()) {}

  std::optional<http::Response> check(const http::Request& head, const http::Peer& peer,
                                      http::Access access) override {
    return is_keyed_ ? std::nullopt : guard_.check(head, peer, access);
  }
  // No socket is opened: its route refuses.
  http::SocketVerdict check_socket(const http::Request&, const http::Peer&) override {
    return {.kind = http::SocketVerdict::Kind::kAdmit};
  }
  bool check_first_message(std::string_view) override { return false; }
  bool swallows(std::string_view) override { return false; }

 private:
  auth::Guard guard_;
  const bool is_keyed_;
};

/// Nothing is opened, no plugin is loaded. Made and filled by the main thread; then any thread.
struct Dormant {
  explicit Dormant(const Config& config) : gate(config) {}

  /// `initialization` outlives it.
  Result<void> add_routes(api::Initialization& initialization);

  http::Router router;
  agent::ToolRegistry tools;
  api::Activity activity;
  DormantGate gate;
};

}  // namespace collet::server
