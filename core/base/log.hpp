// The server's log: one line per message on stderr. Any thread. Never pass a secret or a whole request body.
#pragma once
#include <string>
#include <string_view>

namespace collet::log {

enum class Level { kDebug, kInfo, kWarning, kError };

/// Sets what is shown. `json` writes one JSON object per line.
void configure(Level least, bool json);

/// Whether a line of this level would be shown; for callers whose text is dear to make.
bool enabled(Level level);

/// Writes one line. `part` names the folder or plugin that speaks, e.g. "http" or "plugin bash".
void write(Level level, std::string_view part, std::string_view message);

inline void debug(std::string_view part, std::string_view message) { write(Level::kDebug, part, message); }
inline void info(std::string_view part, std::string_view message) { write(Level::kInfo, part, message); }
inline void warning(std::string_view part, std::string_view message) {
  write(Level::kWarning, part, message);
}
inline void error(std::string_view part, std::string_view message) { write(Level::kError, part, message); }

}  // namespace collet::log
