#pragma once
#include "api/activity.hpp"
#include "http/gatekeeper.hpp"

namespace collet::server {

/// Notes each request of a client on its way to the real gatekeeper, for `idle_time`. Health checks don't
/// count.
class ActivityGate final : public http::Gatekeeper {
 public:
  ActivityGate(http::Gatekeeper& inner, api::Activity& activity) : inner_(inner), activity_(activity) {}

  std::optional<http::Response> check(const http::Request& head, const http::Peer& peer,
                                      http::Access access) override {
    auto refusal = inner_.check(head, peer, access);
    if (!refusal && access != http::Access::kPublic) activity_.touch();
    return refusal;
  }
  http::SocketVerdict check_socket(const http::Request& head, const http::Peer& peer) override {
    return inner_.check_socket(head, peer);
  }
  bool check_first_message(std::string_view text) override { return inner_.check_first_message(text); }
  bool swallows(std::string_view text) override {
    activity_.touch();
    return inner_.swallows(text);
  }

 private:
  http::Gatekeeper& inner_;
  api::Activity& activity_;
};

}  // namespace collet::server
