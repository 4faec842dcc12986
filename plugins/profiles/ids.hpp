// Names and ids. Pure but for new_uuid; any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "collet/http.hpp"

namespace collet::profiles {

/// A new UUID (version 4), with dashes.
std::string new_uuid();
std::string without_dashes(std::string uuid);
/// A UUID in any of the usual forms, with dashes and in lower case; nothing: it is none.
std::optional<std::string> parse_uuid(std::string_view text);

/// The name in a request's path or body; throws a Refusal (422) unless it has 1 to 64 letters, digits, '.',
/// '_' and '-', the first a letter or digit. `in`: "path" or "body"; `member`: "name".
std::string check_name(std::string_view name, const std::string& in, const std::string& member);
/// The member "new_name" of a request's body, checked. Throws a Refusal.
std::string read_new_name(const Request& request);

}  // namespace collet::profiles
