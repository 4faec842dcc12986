// Signing in with a code that the user types in at OpenAI's site: what goes over the network.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "collet/host.hpp"

namespace collet::llm_catalogue {

struct DeviceCode {
  std::string user_code;      ///< what the user types in
  std::string device_auth;    ///< names the login to OpenAI; never shown
  std::int64_t interval = 5;  ///< seconds between polls
};

struct Tokens {
  std::string access, refresh;  ///< secrets
  std::int64_t seconds = 3600;  ///< that the first one is good for
};

/// Each method waits for the network, at most 20 s. Any thread, once started. Throws a Refusal: 503 where
/// OpenAI can't be reached, 502 where its answer is of no use.
class DeviceLogin {
 public:
  /// `issuer`: "https://auth.openai.com"
  DeviceLogin(Host& host, std::string issuer) : host_(host), issuer_(std::move(issuer)) {}

  /// Where the user goes.
  std::string page() const { return issuer_ + "/codex/device"; }
  DeviceCode begin() const;
  /// Nothing: the user has not typed the code yet.
  std::optional<Tokens> finish(const DeviceCode& code) const;
  Tokens refresh(const std::string& refresh_token) const;

 private:
  HttpResponse post(const std::string& path, const char* content_type, std::string body) const;
  Tokens tokens(const std::string& form) const;

  Host& host_;
  const std::string issuer_;
};

}  // namespace collet::llm_catalogue
