#include "server/audit_command.hpp"

#include <charconv>
#include <cstdio>
#include <optional>

#include "base/time.hpp"
#include "collet/json.hpp"
#include "server/command_failure.hpp"
#include "server/config.hpp"
#include "storage/audit_store.hpp"

namespace collet::server {
namespace {

// "30m", "12h", "7d".
std::optional<Micros> age(std::string_view text) {
  constexpr Micros kMinute = 60'000'000;
  constexpr Micros kMost = 1'000'000;
  Micros count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end + 1 != text.data() + text.size() || count < 0 || count > kMost)
    return std::nullopt;
  switch (*end) {
    case 'm':
      return count * kMinute;
    case 'h':
      return count * 60 * kMinute;
    case 'd':
      return count * 24 * 60 * kMinute;
    default:
      return std::nullopt;
  }
}

std::optional<Micros> moment(const std::string& text) {
  if (text.empty()) return 0;
  if (const auto back = age(text)) return now_micros() - *back;
  return parse_timestamp(text);
}

void print(const storage::AuditEntry& entry, bool json) {
  const auto& [who, what, how] = entry.read;
  const std::string at = utc_timestamp(entry.at);
  if (!json) {
    std::printf("%s  %-14s  %s  (%s)\n", at.c_str(), who.c_str(), what.c_str(), how.c_str());
    return;
  }
  json::Writer w;
  w.object().member("number", entry.number).member("time", at);
  w.member("who", who).member("what", what).member("how", how).end();
  std::printf("%s\n", w.take().c_str());
}

}  // namespace

int print_audit(const std::map<std::string, std::string>& flags, const AuditOptions& options) {
  const auto config = load_config({flags, process_environment()});
  if (!config) return fail(config.error().message);
  const auto since = moment(options.since);
  if (!since)
    return fail(
        "--since is no time: give 2026-11-22, 2026-11-22T14:30, or an age like 30m, 12h or 7d, not '" +
        options.since + "'");
  const auto entries = storage::read_audit(config->state, database_url(*config), {*since, options.limit});
  if (!entries) return fail(entries.error().message);
  for (const auto& entry : *entries) print(entry, options.json);
  return 0;
}

}  // namespace collet::server
