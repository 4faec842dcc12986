#include "auth/workspace_cookie.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "secrets/base64url.hpp"
#include "secrets/key_ring.hpp"

namespace collet::auth {
namespace {

constexpr std::string_view kPurpose = "collet workspace cookie v1";
constexpr std::size_t kLongestValue = 128;

std::int64_t seconds_of(WorkspaceCookie::Clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

// As long as either text is, whatever they hold.
bool same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  volatile unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference = difference |
                 static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  return difference == 0;
}

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

// "https://ui.example/page" -> "https://ui.example"
std::string_view origin_of(std::string_view url) {
  const auto host = url.find("://");
  return host == std::string_view::npos ? std::string_view()
                                        : url.substr(0, url.find_first_of("/?#", host + 3));
}

}  // namespace

std::string WorkspaceCookie::sign(std::string_view expiry, std::string_view session_key) const {
  std::string purpose(kPurpose);
  purpose.append("\n").append(expiry).append("\n").append(session_key);
  const secrets::Key key = ring_.derive(purpose);
  return secrets::base64url_encode(key.data(), secrets::Key::kSize);
}

std::string WorkspaceCookie::make(std::string_view session_key, Clock::time_point now) const {
  const std::string expiry = std::to_string(seconds_of(now + kLife));
  return expiry + "." + sign(expiry, session_key);
}

bool WorkspaceCookie::accept(std::string_view value, const SessionKeys& keys, Clock::time_point now) const {
  if (value.size() > kLongestValue) return false;
  const auto dot = value.find('.');
  if (dot == std::string_view::npos) return false;
  const auto expiry = value.substr(0, dot);
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(expiry.data(), expiry.data() + expiry.size(), seconds);
  if (error != std::errc() || end != expiry.data() + expiry.size() || seconds <= seconds_of(now))
    return false;
  bool accepted = false;
  for (const auto& key : keys.all()) accepted = same(value.substr(dot + 1), sign(expiry, key)) || accepted;
  return accepted;
}

std::string workspace_cookie_field(std::string_view value, std::chrono::seconds life) {
  return std::string(WorkspaceCookie::kName) + "=" + (value.empty() ? "\"\"" : std::string(value)) +
         "; HttpOnly; Max-Age=" + std::to_string(life.count()) +
         "; Path=/api/conversations; SameSite=none; Secure; Partitioned";
}

std::vector<std::string> cookie_values(const http::Request& head, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& [field, text] : head.headers) {
    if (field != "cookie") continue;
    for (std::string_view rest = text; !rest.empty();) {
      const auto end = std::min(rest.find(';'), rest.size());
      const auto pair = trimmed(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const auto equals = pair.find('=');
      if (equals != std::string_view::npos && trimmed(pair.substr(0, equals)) == name)
        values.emplace_back(trimmed(pair.substr(equals + 1)));
    }
  }
  return values;
}

bool may_be_foreign(const http::Request& head, const http::Origins& origins) {
  if (const auto origin = head.header("origin")) return !origins.allow(*origin);
  const auto site = head.header("sec-fetch-site").value_or("");
  // No browser that would say where it comes from, the user's own doing, or a file of the workspace itself.
  if (site.empty() || site == "none" || site == "same-origin") return false;
  // A page of its own: whoever leads there can't look into it.
  if (head.header("sec-fetch-mode") == "navigate" && head.header("sec-fetch-dest") == "document")
    return false;
  // A frame, an image or a script in some page; no Origin comes with these.
  return !origins.allow(origin_of(head.header("referer").value_or("")));
}

}  // namespace collet::auth
