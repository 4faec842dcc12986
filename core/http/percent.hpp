// Percent-encoding of URLs (RFC 3986), and query strings.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace collet::http {

/// Decodes %XX. Nothing when an escape is incomplete, or when the outcome holds a NUL or is no UTF-8: no
/// handler ever sees such text.
std::optional<std::string> percent_decode(std::string_view text);

/// "a=1&b=x+y" -> pairs, in order; '+' is a blank. Nothing under the same conditions.
std::optional<Pairs> parse_query(std::string_view query);

/// Whether the text is well-formed UTF-8 (RFC 3629).
bool is_utf8(std::string_view text);

}  // namespace collet::http
