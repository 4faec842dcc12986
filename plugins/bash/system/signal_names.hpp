// Signals by their names. Pure functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace collet::bash {

/// The number of "INT", "SIGINT" or "int"; nothing for what may not be sent by name.
std::optional<int> signal_number(std::string_view name);

/// The names that may be sent: "'HUP', 'INT', …".
std::string known_signals();

}  // namespace collet::bash
