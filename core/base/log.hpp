// The server's log: one line per message on stderr, control characters in it escaped. Any thread. Never pass
// a secret or a whole request body.
#pragma once
#include <string>
#include <string_view>

namespace collet::log {

enum class Level { kDebug, kInfo, kWarning, kError };

/// What a line is about, beside its text. Empty: nothing of the kind.
struct Ids {
  std::string_view request = {};       ///< the request's id, its error_id and X-Request-ID
  std::string_view conversation = {};  ///< UUID with dashes
};

/// Sets what is shown. `json` writes one JSON object per line.
void configure(Level least, bool json);

/// Whether a line of this level would be shown; for callers whose text is dear to make.
bool enabled(Level level);

/// Writes one line. `part` names the folder or plugin that speaks, e.g. "http" or "plugin bash". Ids that are
/// not given are those of the thread's Scope.
void write(Level level, std::string_view part, std::string_view message, const Ids& ids = {});

inline void debug(std::string_view part, std::string_view message, const Ids& ids = {}) {
  write(Level::kDebug, part, message, ids);
}
inline void info(std::string_view part, std::string_view message, const Ids& ids = {}) {
  write(Level::kInfo, part, message, ids);
}
inline void warning(std::string_view part, std::string_view message, const Ids& ids = {}) {
  write(Level::kWarning, part, message, ids);
}
inline void error(std::string_view part, std::string_view message, const Ids& ids = {}) {
  write(Level::kError, part, message, ids);
}

/// While it lives, lines of this thread bear these ids. They must outlive it.
class Scope {
 public:
  explicit Scope(const Ids& ids);
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  Ids before_;
};

}  // namespace collet::log
