#include "outbound/url.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <memory>

namespace collet::outbound {
namespace {

struct Cleanup {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(char* text) const { curl_free(text); }
};
using Handle = std::unique_ptr<CURLU, Cleanup>;

Handle handle_of(const std::string& text) {
  Handle handle(curl_url());
  if (!handle || curl_url_set(handle.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) handle.reset();
  return handle;
}

std::optional<std::string> part(const Handle& handle, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(handle.get(), which, &text, flags) != CURLUE_OK) return std::nullopt;
  const std::unique_ptr<char, Cleanup> owned(text);
  return std::string(owned.get());
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string plain_host(std::string host) {
  host = lower(std::move(host));
  if (host.size() > 1 && host.front() == '[' && host.back() == ']') return host.substr(1, host.size() - 2);
  if (host.size() > 1 && host.back() == '.') host.pop_back();
  return host;
}

// libcurl takes blanks and more in places where they have no business.
bool is_clean(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c != 0x7f; });
}

// What a server makes of a path, segment by segment; an encoded slash is part of one.
std::string plain_path(const Handle& handle, const std::string& path) {
  if (lower(path).find("%2f") != std::string::npos) return {};
  return part(handle, CURLUPART_PATH, CURLU_URLDECODE).value_or("");
}

std::uint16_t number(const std::string& digits) {
  return static_cast<std::uint16_t>(std::strtoul(digits.c_str(), nullptr, 10));
}

}  // namespace

std::string Url::origin() const {
  const bool six = host.find(':') != std::string::npos;
  return scheme + "://" + (six ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<Url> parse_url(std::string_view text) {
  if (!is_clean(text)) return std::nullopt;
  const Handle handle = handle_of(std::string(text));
  if (!handle) return std::nullopt;
  const auto scheme = part(handle, CURLUPART_SCHEME);
  const auto host = part(handle, CURLUPART_HOST);
  const auto port = part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  if (!scheme || !host || !port || host->empty()) return std::nullopt;
  const std::string path = part(handle, CURLUPART_PATH).value_or("/");
  Url url{
      .scheme = lower(*scheme),
      .host = plain_host(*host),
      .port = number(*port),
      .path = path,
      .plain_path = plain_path(handle, path),
      .has_user = part(handle, CURLUPART_USER).has_value() || part(handle, CURLUPART_PASSWORD).has_value()};
  if ((url.scheme != "http" && url.scheme != "https") || url.port == 0) return std::nullopt;
  return url;
}

std::string resolve_reference(std::string_view base, std::string_view reference) {
  if (!is_clean(reference)) return {};
  const Handle handle = handle_of(std::string(base));
  // Set a second time, a URL is taken relative to the first.
  if (!handle || curl_url_set(handle.get(), CURLUPART_URL, std::string(reference).c_str(), 0) != CURLUE_OK)
    return {};
  return part(handle, CURLUPART_URL).value_or("");
}

std::optional<Authority> parse_authority(std::string_view text) {
  if (!is_clean(text) || text.find_first_of("/?#@\\") != std::string_view::npos) return std::nullopt;
  const Handle handle = handle_of("http://" + std::string(text) + "/");
  const auto host = handle ? part(handle, CURLUPART_HOST) : std::nullopt;
  if (!host || host->empty()) return std::nullopt;
  Authority authority{.host = plain_host(*host), .port = std::nullopt};
  if (const auto port = part(handle, CURLUPART_PORT)) authority.port = number(*port);
  return authority;
}

}  // namespace collet::outbound
