#include "subscription.hpp"

#include <sys/random.h>

#include <array>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "collet/http.hpp"

namespace collet::llm_catalogue {
namespace {

constexpr const char* kKey = "openai";
constexpr std::int64_t kLoginMs = 900'000;  // that a code is good for
constexpr std::int64_t kEarlyMs = 60'000;   // tokens count as expired that long before

std::string new_token() {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::array<unsigned char, 32> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    throw std::runtime_error("the system gives no random numbers");
  std::string token;
  for (const auto byte : bytes) (token += kHex[byte >> 4]) += kHex[byte & 15];
  return token;
}

// {"logins": {token: {…}}, "credentials": {…}}, the last only when there are some.
json::Document parse(const std::optional<std::string>& text) {
  auto document = text ? json::parse(*text) : std::optional(json::Document(rapidjson::kObjectType));
  if (!document || !document->IsObject()) throw std::runtime_error("the stored login is damaged");
  const auto* logins = json::find(static_cast<const json::Value&>(*document), "logins");
  if (logins == nullptr || !logins->IsObject())
    json::set(*document, "logins", json::Value(rapidjson::kObjectType), document->GetAllocator());
  return std::move(*document);
}

std::int64_t expiry(const json::Value& of) { return json::int_at(of, "expires_at").value_or(0); }

void drop_expired(json::Value& logins, std::int64_t now) {
  for (auto login = logins.MemberBegin(); login != logins.MemberEnd();)
    login = expiry(login->value) <= now ? logins.EraseMember(login) : login + 1;
  while (logins.MemberCount() >= kMostLogins) logins.EraseMember(logins.MemberBegin());
}

}  // namespace

Subscription::Subscription(Host& host, DeviceLogin login, Clock clock)
    : host_(host), login_(std::move(login)), clock_(std::move(clock)) {}

json::Document Subscription::read() const {
  const auto value = host_.shared_store().get(kKey);
  return parse(value ? std::optional(value->text) : std::nullopt);
}

void Subscription::change(const std::function<void(json::Document&)>& change) const {
  host_.shared_store().update(kKey, [&](const std::optional<std::string>& now) {
    auto document = parse(now);
    change(document);
    return std::optional(json::dump(document));
  });
}

void Subscription::keep(json::Document& document, const Tokens& tokens) const {
  auto& allocator = document.GetAllocator();
  json::Value credentials(rapidjson::kObjectType);
  json::set(credentials, "access_token", tokens.access, allocator);
  json::set(credentials, "refresh_token", tokens.refresh, allocator);
  json::set(credentials, "expires_at", json::Value(clock_() + tokens.seconds * 1000), allocator);
  json::set(document, "credentials", std::move(credentials), allocator);
}

std::string Subscription::told(const json::Document& document) const {
  const auto* credentials = json::find(static_cast<const json::Value&>(document), "credentials");
  const bool connected = credentials != nullptr && expiry(*credentials) >= clock_() + kEarlyMs;
  json::Writer w;
  w.object().member("vendor", "openai").member("connected", connected).member("account_email", nullptr);
  w.member("expires_at", connected ? std::optional(expiry(*credentials)) : std::nullopt).end();
  return w.take();
}

std::string Subscription::status() const {
  auto document = read();
  const auto* credentials = json::find(static_cast<const json::Value&>(document), "credentials");
  if (credentials == nullptr || expiry(*credentials) >= clock_() + kEarlyMs) return told(document);
  const auto old = json::string_or(*credentials, "refresh_token");
  if (old.empty()) return told(document);
  try {
    const Tokens fresh = login_.refresh(old);
    change([&](json::Document& now) {
      // Somebody may have logged out or in meanwhile.
      const auto* current = json::find(static_cast<const json::Value&>(now), "credentials");
      if (current != nullptr && json::string_at(*current, "refresh_token") == old) keep(now, fresh);
      document.CopyFrom(now, document.GetAllocator());
    });
  } catch (const Refusal&) {
    host_.log().warning("the subscription's tokens could not be renewed");
  }
  return told(document);
}

std::string Subscription::start() const {
  const DeviceCode code = login_.begin();
  const std::string token = new_token();
  const std::int64_t expires_at = clock_() + kLoginMs;
  change([&](json::Document& document) {
    auto& allocator = document.GetAllocator();
    json::Value& logins = *json::find(document, "logins");
    drop_expired(logins, clock_());
    json::Value login(rapidjson::kObjectType);
    json::set(login, "user_code", code.user_code, allocator);
    json::set(login, "device_auth", code.device_auth, allocator);
    json::set(login, "expires_at", json::Value(expires_at), allocator);
    json::set(logins, token, std::move(login), allocator);
  });
  json::Writer w;
  w.object().member("device_code", token).member("user_code", code.user_code);
  w.member("verification_uri", login_.page()).member("verification_uri_complete", nullptr);
  w.member("expires_at", expires_at).member("interval_seconds", code.interval).end();
  return w.take();
}

std::string Subscription::poll(const std::string& token) const {
  const auto document = read();
  const auto* login = json::find(*json::find(static_cast<const json::Value&>(document), "logins"), token);
  if (login == nullptr || expiry(*login) <= clock_())
    throw Refusal(404, "Subscription device login not found or expired");
  const auto tokens =
      login_.finish({json::string_or(*login, "user_code"), json::string_or(*login, "device_auth")});
  if (!tokens) return told(json::Document(rapidjson::kObjectType));
  std::string answer;
  change([&](json::Document& now) {
    json::Value& logins = *json::find(now, "logins");
    if (json::find(logins, token) != nullptr) {  // else somebody has logged out meanwhile
      json::remove(logins, token);
      keep(now, *tokens);
    }
    answer = told(now);
  });
  return answer;
}

std::string Subscription::logout() const {
  host_.shared_store().erase(kKey);
  return told(json::Document(rapidjson::kObjectType));
}

}  // namespace collet::llm_catalogue
