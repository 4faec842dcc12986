// An event as it is stored and sent.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace collet::events {

/// One committed event. Cheap to copy: the text is shared.
struct Event {
  std::int64_t seq = 0;   ///< 1, 2, 3 … per conversation, without gaps; not part of the text
  std::string id;         ///< UUID with dashes
  std::string kind;       ///< "MessageEvent", …
  std::string source;     ///< "agent", "user", "environment", "hook"
  std::string timestamp;  ///< local time without a zone; strictly increasing within a conversation
  std::shared_ptr<const std::string> body;  ///< the canonical JSON text, nulls left out
};

/// An event that is not in the log yet. The log gives it seq and timestamp.
struct Draft {
  std::string id;
  std::string kind;
  std::string source;
  /// The JSON text behind `{"id":"…","timestamp":"…",`: begins with `"source":`, ends with the closing brace.
  std::string tail;
};

/// A frame that is sent to whoever is subscribed now and never stored (full_state, StreamingDelta,
/// ServerError).
using Frame = std::shared_ptr<const std::string>;

}  // namespace collet::events
