#include "http/detail/render.hpp"

#include <array>
#include <boost/beast/http/status.hpp>
#include <ctime>
#include <optional>
#include <string_view>

#include "base/log.hpp"

namespace collet::http::detail {
namespace {

// RFC 9110 wants a Date on each answer; it is made once a second and thread.
std::string_view date_now() {
  static thread_local std::time_t made_at = 0;
  static thread_local std::array<char, 32> text{};
  static thread_local std::size_t length = 0;
  const std::time_t now = std::time(nullptr);
  if (now != made_at) {
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    length = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
    made_at = now;
  }
  return {text.data(), length};
}

void add(std::string& out, std::string_view name, std::string_view value) {
  constexpr std::string_view kForbidden("\r\n\0", 3);
  if (name.find_first_of(kForbidden) != std::string_view::npos ||
      value.find_first_of(kForbidden) != std::string_view::npos) {
    log::error("http", "a response field with a line break or NUL was left out");
    return;
  }
  out.append(name).append(": ").append(value).append("\r\n");
}

// Of HTTP/1.0, what has no length ends with the connection.
void add_length(std::string& out, const Response& response, unsigned version) {
  const auto length =
      response.content ? response.content->size() : std::optional<std::uint64_t>(response.body.size());
  if (length) {
    add(out, "content-length", std::to_string(*length));
  } else if (version != 10) {
    add(out, "transfer-encoding", "chunked");
  }
}

}  // namespace

std::string render(const Response& response, const Pairs& more, const RenderOptions& options) {
  const auto reason = boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(static_cast<unsigned>(response.status)));
  const bool bodiless = response.status == 204 || response.status == 304;
  std::string out;
  out.reserve(320 + response.body.size());
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason.data(), reason.size()).append("\r\n");
  add(out, "date", date_now());
  if (!response.content_type.empty() && !bodiless) add(out, "content-type", response.content_type);
  for (const auto& [name, value] : response.headers) add(out, name, value);
  for (const auto& [name, value] : more) add(out, name, value);
  if (!bodiless) add_length(out, response, options.version);
  if (!options.keep_alive) {
    add(out, "connection", "close");
  } else if (options.version == 10) {
    add(out, "connection", "keep-alive");
  }
  out.append("\r\n");
  if (!options.head_only && !bodiless && !response.content) out.append(response.body);
  return out;
}

}  // namespace collet::http::detail
