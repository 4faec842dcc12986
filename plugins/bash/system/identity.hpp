// Ids and moments. Any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace collet::bash {

/// A random UUID (version 4) without dashes: 32 hex digits.
std::string new_id();

/// The 32-digit form of a UUID given with or without dashes, in either case; nothing when it is none.
std::optional<std::string> parse_id(std::string_view text);

using Micros = std::int64_t;  ///< microseconds since 1970-01-01 UTC

Micros now_micros();
/// "2026-11-22T05:35:30.341407Z".
std::string utc_timestamp(Micros at);
/// "20261122053530341407": the moment in page ids.
std::string compact_timestamp(Micros at);
/// ISO 8601: a date, or a date and time with optional seconds, fraction and zone ("Z", "+01:00"); without a
/// zone it is local time. Nothing when it is no such thing.
std::optional<Micros> parse_timestamp(std::string_view text);

}  // namespace collet::bash
