// What servers on one PostgreSQL database tell each other: "this has changed, read it". Only hints: an
// announcement may be lost, so whoever listens also looks by himself now and then.
//
// An announcement is a line: "events ID SEQ" (a conversation's log reaches this seq), "removed ID" (a
// conversation), "document NAME".
#pragma once
#include <cstdint>
#include <functional>
#include <string>

namespace collet::storage {

/// Called on the listening thread; they may block on the database.
struct ChangeHandlers {
  std::function<void(const std::string& conversation, std::int64_t last_seq)> events;
  std::function<void(const std::string& conversation)> removed;
  std::function<void(const std::string& name)> document;
  /// Anything may have changed: after each connection, and every kLookAgain.
  std::function<void()> anything;
};

/// Listens until it is destroyed.
class Listener {
 public:
  Listener() = default;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  virtual ~Listener() = default;
};

}  // namespace collet::storage
