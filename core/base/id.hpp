// UUIDs as the wire shows them: conversations and events with dashes, bash events without.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace collet {

/// A new random (version 4) UUID, 36 characters, lower case, with dashes. Any thread.
std::string new_uuid();

/// A UUID given with or without dashes, in either case -> the dashed lower-case form; nothing when it is
/// none.
std::optional<std::string> parse_uuid(std::string_view text);

/// The 32-character form of a dashed UUID.
std::string without_dashes(std::string_view uuid);

}  // namespace collet
