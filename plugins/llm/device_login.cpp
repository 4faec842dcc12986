#include "device_login.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string_view>

#include "collet/http.hpp"
#include "collet/json.hpp"
#include "common/percent.hpp"

namespace collet::llm_catalogue {
namespace {

constexpr const char* kClient = "app_EMoamEEZ73f0CkXaXp7hrann";  // a public client: no secret
constexpr const char* kJson = "application/json";
constexpr const char* kForm = "application/x-www-form-urlencoded";
constexpr std::chrono::seconds kPatience{10};
constexpr std::uint64_t kMostBytes = 64 * 1024;

[[noreturn]] void no_use(const std::string& why) { throw Refusal(502, "OpenAI's sign-in service " + why); }

json::Document object_in(const HttpResponse& response) {
  auto document = json::parse(response.body);
  if (!document || !document->IsObject()) no_use("sent an answer that is no JSON object");
  return std::move(*document);
}

std::string need(const json::Document& from, std::string_view name) {
  auto text = json::string_or(from, name);
  if (text.empty()) no_use("sent an answer without " + std::string(name));
  return text;
}

bool succeeded(const HttpResponse& response) { return response.status >= 200 && response.status < 300; }

// A number, or one in a text.
std::int64_t seconds_in(const json::Value& from, std::string_view name, std::int64_t fallback) {
  std::int64_t number = json::int_at(from, name).value_or(fallback);
  if (const auto text = json::string_at(from, name))
    std::from_chars(text->data(), text->data() + text->size(), number);
  constexpr std::int64_t kMost = 366 * 24 * 3600;
  return std::clamp<std::int64_t>(number, 1, kMost);
}

}  // namespace

HttpResponse DeviceLogin::post(const std::string& path, const char* content_type, std::string body) const {
  HttpRequest request;
  request.method = "POST";
  request.url = issuer_ + path;
  request.headers = {{"Content-Type", content_type}, {"Accept", kJson}};
  request.body = std::move(body);
  request.timeout = kPatience;
  request.max_response_bytes = kMostBytes;
  try {
    return host_.http_client().fetch(request);
  } catch (const HostError& error) {
    throw Refusal(503, std::string("OpenAI's sign-in service cannot be reached: ") + error.what());
  }
}

DeviceCode DeviceLogin::begin() const {
  const auto response =
      post("/api/accounts/deviceauth/usercode", kJson, R"({"client_id":")" + std::string(kClient) + "\"}");
  if (!succeeded(response)) no_use("gives no code: status " + std::to_string(response.status));
  const auto answer = object_in(response);
  const char* name =
      json::find(static_cast<const json::Value&>(answer), "user_code") ? "user_code" : "usercode";
  return {need(answer, name), need(answer, "device_auth_id"), seconds_in(answer, "interval", 5)};
}

std::optional<Tokens> DeviceLogin::finish(const DeviceCode& code) const {
  json::Writer w;
  w.object().member("device_auth_id", code.device_auth).member("user_code", code.user_code).end();
  const auto response = post("/api/accounts/deviceauth/token", kJson, w.take());
  if (response.status == 403 || response.status == 404) return std::nullopt;
  if (!succeeded(response)) no_use("refuses the login: status " + std::to_string(response.status));
  const auto answer = object_in(response);
  return tokens("grant_type=authorization_code&code=" + percent_encoded(need(answer, "authorization_code")) +
                "&redirect_uri=" + percent_encoded(issuer_ + "/deviceauth/callback") +
                "&client_id=" + kClient + "&code_verifier=" + percent_encoded(need(answer, "code_verifier")));
}

Tokens DeviceLogin::refresh(const std::string& refresh_token) const {
  auto fresh = tokens("grant_type=refresh_token&refresh_token=" + percent_encoded(refresh_token) +
                      "&client_id=" + kClient);
  if (fresh.refresh.empty()) fresh.refresh = refresh_token;
  return fresh;
}

Tokens DeviceLogin::tokens(const std::string& form) const {
  const auto response = post("/oauth/token", kForm, form);
  if (!succeeded(response)) no_use("gives no tokens: status " + std::to_string(response.status));
  const auto answer = object_in(response);
  return {need(answer, "access_token"), json::string_or(answer, "refresh_token"),
          seconds_in(answer, "expires_in", 3600)};
}

}  // namespace collet::llm_catalogue
