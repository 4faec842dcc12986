#include "transfer/ranges.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <limits>

namespace collet::file {
namespace {

constexpr std::size_t kMostRanges = 64;
constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Digits only; what is too large for 64 bits is the largest number.
std::optional<std::uint64_t> number(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  std::uint64_t value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc())
    return std::numeric_limits<std::uint64_t>::max();
  return value;
}

// One "a-b", "a-" or "-n". False: malformed. Adds nothing where there is no such byte in the file.
bool add_range(std::string_view text, std::uint64_t size, std::vector<ByteRange>& ranges) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return false;
  const auto first_text = text.substr(0, dash), last_text = text.substr(dash + 1);
  if (first_text.empty()) {
    const auto length = number(last_text);
    if (!length) return false;
    const auto taken = std::min(*length, size);
    if (taken > 0) ranges.push_back({size - taken, taken});
    return true;
  }
  const auto first = number(first_text);
  const auto last =
      last_text.empty() ? std::optional(std::numeric_limits<std::uint64_t>::max()) : number(last_text);
  if (!first || !last || *last < *first) return false;
  if (*first < size) ranges.push_back({*first, std::min(*last, size - 1) - *first + 1});
  return true;
}

// Nothing: to be ignored. Empty: none of them is in the file.
std::optional<std::vector<ByteRange>> read_ranges(std::string_view header, std::uint64_t size) {
  const auto equals = header.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  std::string unit(trimmed(header.substr(0, equals)));
  for (char& c : unit) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (unit != "bytes") return std::nullopt;
  std::vector<ByteRange> ranges;
  std::size_t count = 0;
  for (std::string_view rest = header.substr(equals + 1);;) {
    const auto comma = std::min(rest.find(','), rest.size());
    const auto text = trimmed(rest.substr(0, comma));
    if (!text.empty() && (++count > kMostRanges || !add_range(text, size, ranges))) return std::nullopt;
    if (comma == rest.size()) break;
    rest.remove_prefix(comma + 1);
  }
  if (count == 0) return std::nullopt;
  return ranges;
}

// In the order of the file; what overlaps or touches becomes one.
std::vector<ByteRange> merged(std::vector<ByteRange> ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.offset < b.offset; });
  std::vector<ByteRange> result;
  for (const auto& range : ranges) {
    if (!result.empty() && range.offset <= result.back().offset + result.back().length) {
      auto& last = result.back();
      last.length = std::max(last.offset + last.length, range.offset + range.length) - last.offset;
    } else {
      result.push_back(range);
    }
  }
  return result;
}

// Whether the tag is in the list of an If-Match or If-None-Match. `weak`: "W/" makes no difference.
bool lists(std::string_view header, std::string_view etag, bool weak) {
  if (trimmed(header) == "*") return true;
  while (!header.empty()) {
    const auto open = header.find('"');
    if (open == std::string_view::npos) return false;
    const auto close = header.find('"', open + 1);
    if (close == std::string_view::npos) return false;
    const bool is_weak = open >= 2 && header.substr(open - 2, 2) == "W/";
    if (header.substr(open, close - open + 1) == etag && (weak || !is_weak)) return true;
    header.remove_prefix(close + 1);
  }
  return false;
}

// The outcome of the preconditions: 200: go on.
int precondition(const Request& request, const FileFacts& facts) {
  if (const auto wanted = request.header("if-match")) {
    if (!lists(*wanted, facts.etag, false)) return 412;
  } else if (const auto since = request.header("if-unmodified-since")) {
    if (const auto time = parse_http_date(*since); time && facts.modified > *time) return 412;
  }
  if (const auto known = request.header("if-none-match")) {
    if (lists(*known, facts.etag, true)) return 304;
  } else if (const auto since = request.header("if-modified-since")) {
    if (const auto time = parse_http_date(*since); time && facts.modified <= *time) return 304;
  }
  return 200;
}

// A range of the file that the client has seen only.
bool range_counts(const Request& request, const FileFacts& facts) {
  const auto condition = request.header("if-range");
  if (!condition) return true;
  const auto text = trimmed(*condition);
  if (text.find('"') != std::string_view::npos) return text == facts.etag;
  const auto time = parse_http_date(text);
  return time && *time == facts.modified;
}

}  // namespace

Selection select(const Request& request, const FileFacts& facts) {
  if (const int status = precondition(request, facts); status != 200) return {status, {}};
  const auto header = request.header("range");
  if (!header || request.method != "GET" || !range_counts(request, facts)) return {};
  auto ranges = read_ranges(*header, facts.size);
  if (!ranges) return {};
  if (ranges->empty()) return {416, {}};
  return {206, merged(std::move(*ranges))};
}

std::string http_date(std::time_t time) {
  std::tm utc{};
  ::gmtime_r(&time, &utc);
  char text[64];
  std::snprintf(text, sizeof(text), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                kDays[static_cast<std::size_t>(utc.tm_wday)].data(), utc.tm_mday,
                kMonths[static_cast<std::size_t>(utc.tm_mon)].data(), utc.tm_year + 1900, utc.tm_hour,
                utc.tm_min, utc.tm_sec);
  return text;
}

std::optional<std::time_t> parse_http_date(std::string_view text) {
  constexpr std::string_view kForm = "Sun, 06 Nov 1994 08:49:37 GMT";
  text = trimmed(text);
  if (text.size() != kForm.size()) return std::nullopt;
  const auto digits = [text](std::size_t at, std::size_t count) {
    const auto value = number(text.substr(at, count));
    return value ? static_cast<int>(*value) : -1;
  };
  const auto* const month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  std::tm utc{};
  utc.tm_mday = digits(5, 2);
  utc.tm_mon = static_cast<int>(month - kMonths.begin());
  utc.tm_year = digits(12, 4) - 1900;
  utc.tm_hour = digits(17, 2);
  utc.tm_min = digits(20, 2);
  utc.tm_sec = digits(23, 2);
  const auto time = ::timegm(&utc);
  // All of it is as in the form, when the time is written in the same way.
  if (month == kMonths.end() || http_date(time) != text) return std::nullopt;
  return time;
}

}  // namespace collet::file
