// The login of a ChatGPT subscription: one for all of a team, in the shared store, so that a login may begin
// at one server and end at another.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "collet/host.hpp"
#include "collet/json.hpp"
#include "device_login.hpp"

namespace collet::llm_catalogue {

inline constexpr std::size_t kMostLogins = 16;  ///< under way; the oldest makes room

/// Any thread, once started; blocks on the database, and where it says so on the network. Answers are JSON
/// texts without any token of OpenAI's.
class Subscription {
 public:
  using Clock = std::function<std::int64_t()>;  ///< milliseconds since 1970

  Subscription(Host& host, DeviceLogin login, Clock clock);

  /// {"vendor", "connected", "account_email", "expires_at"}. Asks the network for fresh tokens when the old
  /// ones are about to expire; where that fails, it is not connected.
  std::string status() const;
  /// Begins a login; network. Throws what DeviceLogin throws.
  std::string start() const;
  /// Ends the login when the user has confirmed it; network. Throws a Refusal: 404, and what DeviceLogin
  /// throws; the login then stays.
  std::string poll(const std::string& token) const;
  /// Forgets the tokens, and logins under way.
  std::string logout() const;

 private:
  json::Document read() const;
  void change(const std::function<void(json::Document&)>& change) const;
  void keep(json::Document& document, const Tokens& tokens) const;
  std::string told(const json::Document& document) const;

  Host& host_;
  const DeviceLogin login_;
  const Clock clock_;
};

}  // namespace collet::llm_catalogue
