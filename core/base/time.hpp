// Moments as the wire shows them. Events carry local time without a zone, everything else UTC with a Z
// (both with microseconds), as the reference does.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace collet {

using Micros = std::int64_t;  ///< microseconds since 1970-01-01 UTC

/// The wall clock now.
Micros now_micros();

/// "2026-11-22T05:45:24.172332", local time: the form of event timestamps.
std::string event_timestamp(Micros at);

/// "2026-11-22T05:45:24.172332Z", UTC: the form of conversations and bash events.
std::string utc_timestamp(Micros at);

/// ISO 8601 date or date-time with optional fraction and zone ("Z", "+01:00"); without a zone it is local
/// time. Nothing when it is no such thing.
std::optional<Micros> parse_timestamp(std::string_view text);

}  // namespace collet
