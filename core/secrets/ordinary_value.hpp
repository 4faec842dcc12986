// Tells plain settings from secrets where both stand side by side: in the environment of a program, among the
// headers of a request. Pure; any thread.
#pragma once
#include <string_view>

namespace collet::secrets {

/// Whether the value is no secret, and may be seen: its name doesn't speak of one ("API_KEY",
/// "Authorization", …) and it plainly is something else — a word ("production"), a path, a media type, a
/// number, a truth value, or a URL without user and query. In doubt: false.
bool is_ordinary_value(std::string_view name, std::string_view value);

/// Whether a text in the place of a secret stands for none: it is empty, blank, or the stars as which
/// documents show a secret.
bool stands_for_none(std::string_view value);

}  // namespace collet::secrets
