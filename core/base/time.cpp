#include "base/time.hpp"

#include <array>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <mutex>

namespace collet {
namespace {

std::string format(const std::tm& when, Micros fraction, const char* suffix) {
  std::array<char, 64> text{};
  const int n = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%06d%s",
                              when.tm_year + 1900, when.tm_mon + 1, when.tm_mday, when.tm_hour, when.tm_min,
                              when.tm_sec, static_cast<int>(fraction), suffix);
  return {text.data(), static_cast<std::size_t>(n)};
}

std::time_t seconds_of(Micros at) { return static_cast<std::time_t>(at / 1'000'000); }

// Reads digits; false when there are fewer than `least` or more than `most`.
bool digits(std::string_view& text, std::size_t least, std::size_t most, int& out) {
  std::size_t n = 0;
  out = 0;
  while (n < text.size() && n < most && std::isdigit(static_cast<unsigned char>(text[n])))
    out = out * 10 + (text[n++] - '0');
  text.remove_prefix(n);
  return n >= least;
}

bool skip(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// mktime looks at the time zone anew each time, under a lock of the C library that the thread sanitizer
// doesn't know.
std::time_t local_seconds(std::tm& when) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  return std::mktime(&when);
}

}  // namespace

Micros now_micros() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

std::string event_timestamp(Micros at) {
  const std::time_t seconds = seconds_of(at);
  std::tm when{};
  ::localtime_r(&seconds, &when);
  return format(when, at % 1'000'000, "");
}

std::string utc_timestamp(Micros at) {
  const std::time_t seconds = seconds_of(at);
  std::tm when{};
  ::gmtime_r(&seconds, &when);
  return format(when, at % 1'000'000, "Z");
}

std::optional<Micros> parse_timestamp(std::string_view text) {
  std::tm when{};
  int fraction = 0;
  if (!digits(text, 4, 4, when.tm_year) || !skip(text, '-') || !digits(text, 2, 2, when.tm_mon) ||
      !skip(text, '-') || !digits(text, 2, 2, when.tm_mday))
    return std::nullopt;
  if (when.tm_year < 1970 || when.tm_mon < 1 || when.tm_mon > 12 || when.tm_mday < 1 || when.tm_mday > 31)
    return std::nullopt;
  if (skip(text, 'T') || skip(text, ' ') || skip(text, 't')) {
    if (!digits(text, 2, 2, when.tm_hour) || !skip(text, ':') || !digits(text, 2, 2, when.tm_min))
      return std::nullopt;
    if (skip(text, ':') && !digits(text, 2, 2, when.tm_sec)) return std::nullopt;
    if (skip(text, '.')) {
      const std::size_t before = text.size();
      if (!digits(text, 1, 6, fraction)) return std::nullopt;
      for (std::size_t n = before - text.size(); n < 6; ++n) fraction *= 10;
      while (!text.empty() && std::isdigit(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
    }
  }
  if (when.tm_hour > 23 || when.tm_min > 59 || when.tm_sec > 60) return std::nullopt;
  when.tm_year -= 1900;
  when.tm_mon -= 1;
  when.tm_isdst = -1;
  if (text.empty()) return static_cast<Micros>(local_seconds(when)) * 1'000'000 + fraction;
  Micros offset = 0;
  if (!skip(text, 'Z') && !skip(text, 'z')) {
    const int sign = skip(text, '-')                      ? -1
                     : skip(text, '+') || skip(text, ' ') ? 1
                                                          : 0;  // a raw '+' in a query
    int hours = 0;
    int minutes = 0;
    if (sign == 0 || !digits(text, 2, 2, hours)) return std::nullopt;
    skip(text, ':');
    if (!text.empty() && !digits(text, 2, 2, minutes)) return std::nullopt;
    offset = sign * (hours * 3600 + minutes * 60);
  }
  if (!text.empty()) return std::nullopt;
  return (static_cast<Micros>(::timegm(&when)) - offset) * 1'000'000 + fraction;
}

}  // namespace collet
