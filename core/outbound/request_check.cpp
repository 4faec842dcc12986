#include "outbound/request_check.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace collet::outbound {
namespace {

constexpr std::size_t kMostUrl = std::size_t{16} << 10;
constexpr std::size_t kMostHeaderBytes = std::size_t{64} << 10;

constexpr std::array<std::string_view, 7> kMethods = {"GET",   "HEAD",   "POST",   "PUT",
                                                      "PATCH", "DELETE", "OPTIONS"};
// What frames the request, or speaks to those in between.
constexpr std::array<std::string_view, 10> kOurs = {
    "host", "content-length", "transfer-encoding", "connection", "keep-alive",
    "te",   "trailer",        "upgrade",           "expect",     "accept-encoding"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& known, std::string_view word) {
  return std::find(known.begin(), known.end(), word) != known.end();
}

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return (c < 0x80 && std::isalnum(c) != 0) || kMarks.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c == '\t' || (c >= 0x20 && c != 0x7f); });
}

Result<void> check_headers(const HeaderList& headers) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : headers) {
    bytes += name.size() + value.size();
    if (!is_token(name)) return invalid("a header's name holds characters that no name has");
    if (!is_field_value(value)) return invalid("the value of header " + name + " holds control characters");
    std::string lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (is_one_of(kOurs, lower) || lower.starts_with("proxy-"))
      return invalid("header " + name + " can't be given: the client sets it itself");
  }
  if (bytes > kMostHeaderBytes)
    return invalid("the headers are longer than " + std::to_string(kMostHeaderBytes) + " bytes");
  return {};
}

}  // namespace

Result<Url> check_request(const Request& request, const Client::Options& options) {
  if (!is_one_of(kMethods, request.method)) return invalid("the method is none that can be sent");
  if (request.url.size() > kMostUrl)
    return invalid("the URL is longer than " + std::to_string(kMostUrl) + " bytes");
  auto url = parse_url(request.url);
  if (!url) return invalid("this is no absolute http or https URL");
  if (url->has_user) return invalid("a URL with a user name or password is not called");
  if (!options.policy.allows_scheme(url->scheme))
    return invalid("the configuration does not allow " + url->scheme + " (outbound.schemes)");
  if (auto headers = check_headers(request.headers); !headers) return headers.error();
  if (!(request.timeout > 0) || request.timeout > options.most_seconds)
    return invalid("the timeout must be more than 0 and at most " +
                   std::to_string(static_cast<long>(options.most_seconds)) + " seconds");
  if (request.max_response_bytes == 0 || request.max_response_bytes > options.most_response_bytes)
    return invalid("the answer's limit must be from 1 to " + std::to_string(options.most_response_bytes) +
                   " bytes");
  return std::move(*url);
}

}  // namespace collet::outbound
