#include "system/identity.hpp"

#include <sys/random.h>

#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <system_error>

namespace collet::bash {
namespace {

// Reads exactly `digits` decimal digits off the front.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// Minutes east of UTC; nothing when the text is no zone.
std::optional<int> parse_zone(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  const int sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  const auto hours = take_digits(text, 2);
  take(text, ':');
  const auto minutes = text.empty() ? std::optional<int>(0) : take_digits(text, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59 || !text.empty()) return std::nullopt;
  return sign * (*hours * 60 + *minutes);
}

std::string format_utc(Micros at, const char* form, const char* tail) {
  const auto seconds = static_cast<std::time_t>(at / 1'000'000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char head[32], text[64];
  std::strftime(head, sizeof(head), form, &parts);
  std::snprintf(text, sizeof(text), tail, head, static_cast<int>(at % 1'000'000));
  return text;
}

}  // namespace

std::string new_id() {
  unsigned char bytes[16];
  std::size_t filled = 0;
  while (filled < sizeof(bytes)) {
    const auto got = ::getrandom(bytes + filled, sizeof(bytes) - filled, 0);
    if (got < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "getrandom");
    if (got > 0) filled += static_cast<std::size_t>(got);
  }
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);
  constexpr char kHex[] = "0123456789abcdef";
  std::string id;
  for (const unsigned char byte : bytes) {
    id += kHex[byte >> 4];
    id += kHex[byte & 15];
  }
  return id;
}

std::optional<std::string> parse_id(std::string_view text) {
  const bool dashed = text.size() == 36;
  std::string id;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (dashed && (i == 8 || i == 13 || i == 18 || i == 23)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const auto c = static_cast<unsigned char>(text[i]);
    if (std::isxdigit(c) == 0) return std::nullopt;
    id += static_cast<char>(std::tolower(c));
  }
  if (id.size() != 32) return std::nullopt;
  return id;
}

Micros now_micros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string utc_timestamp(Micros at) { return format_utc(at, "%Y-%m-%dT%H:%M:%S", "%s.%06dZ"); }
std::string compact_timestamp(Micros at) { return format_utc(at, "%Y%m%d%H%M%S", "%s%06d"); }

std::optional<Micros> parse_timestamp(std::string_view text) {
  std::tm parts{};
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day || *month < 1 || *month > 12 || *day < 1 || *day > 31) return std::nullopt;
  Micros micros = 0;
  std::optional<int> hour = 0, minute = 0, second = 0;
  if (!text.empty()) {
    if (!take(text, 'T') && !take(text, ' ') && !take(text, 't')) return std::nullopt;
    hour = take_digits(text, 2);
    if (!hour || !take(text, ':')) return std::nullopt;
    minute = take_digits(text, 2);
    if (take(text, ':')) second = take_digits(text, 2);
    if (!minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    if (take(text, '.')) {
      Micros unit = 100'000;
      if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
      for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), unit /= 10)
        micros += (text.front() - '0') * unit;
    }
  }
  parts.tm_year = *year - 1900, parts.tm_mon = *month - 1, parts.tm_mday = *day;
  parts.tm_hour = *hour, parts.tm_min = *minute, parts.tm_sec = *second, parts.tm_isdst = -1;
  if (text.empty()) return static_cast<Micros>(std::mktime(&parts)) * 1'000'000 + micros;
  const auto zone = parse_zone(text);
  if (!zone) return std::nullopt;
  return (static_cast<Micros>(::timegm(&parts)) - static_cast<Micros>(*zone) * 60) * 1'000'000 + micros;
}

}  // namespace collet::bash
