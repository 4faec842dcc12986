#include "auth/socket_auth.hpp"

#include "collet/json.hpp"

namespace collet::auth {
namespace {

using http::SocketVerdict;

// An auth message is short; longer ones are not parsed just to find out.
constexpr std::size_t kLongestAuthMessage = http::Gatekeeper::kLongestFirstMessage;

// The message, when it is {"type": "auth", …}.
std::optional<json::Document> parse_auth_message(std::string_view text) {
  if (text.size() > kLongestAuthMessage || text.find("auth") == std::string_view::npos) return std::nullopt;
  auto document = json::parse(text);
  if (!document || json::string_at(*document, "type") != "auth") return std::nullopt;
  return document;
}

}  // namespace

SocketVerdict SocketAuth::check_request(const http::Request& head) const {
  if (keys_.empty()) return {.kind = SocketVerdict::Kind::kAdmit};
  auto key = head.query_value("session_api_key");
  if (!key || key->empty()) key = head.header("x-session-api-key");
  if (!key || key->empty()) return {.kind = SocketVerdict::Kind::kAskFirstMessage};
  if (keys_.accept(*key)) return {.kind = SocketVerdict::Kind::kAdmit};
  return {.kind = SocketVerdict::Kind::kRefuse, .refusal = http::Response::empty(403)};
}

bool SocketAuth::check_first_message(std::string_view text) const {
  const auto message = parse_auth_message(text);
  if (!message) return false;
  const auto key = json::string_at(*message, "session_api_key");
  return key && keys_.accept(*key);
}

bool SocketAuth::is_auth_message(std::string_view text) { return parse_auth_message(text).has_value(); }

}  // namespace collet::auth
