// For tests: lets everyone in, and records what it was asked.
#pragma once
#include <atomic>
#include <optional>
#include <string_view>

#include "http/gatekeeper.hpp"

namespace collet::http::testing {

class OpenGate final : public Gatekeeper {
 public:
  std::optional<Response> check(const Request&, const Peer&, Access) override {
    return ++asked, std::nullopt;
  }
  SocketVerdict check_socket(const Request&, const Peer&) override {
    return {.kind = ask_first ? SocketVerdict::Kind::kAskFirstMessage : SocketVerdict::Kind::kAdmit};
  }
  bool check_first_message(std::string_view text) override { return text == "let me in"; }
  bool swallows(std::string_view text) override { return text == "swallow this"; }

  std::atomic<int> asked{0};
  bool ask_first = false;
};

}  // namespace collet::http::testing
