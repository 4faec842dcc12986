// Ids. Pure but for new_uuid; any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace collet::profiles {

/// A new UUID (version 4), with dashes.
std::string new_uuid();
std::string without_dashes(std::string uuid);
/// A UUID in any of the usual forms, with dashes and in lower case; nothing: it is none.
std::optional<std::string> parse_uuid(std::string_view text);

}  // namespace collet::profiles
