// The audit log of plain reads: who saw which secret in clear, and by which way. Wherever a secret leaves the
// server, or goes to a plugin or a command, the read is recorded first.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace collet::secrets {

/// One plain read. Holds names, never values.
struct Read {
  std::string who;   ///< "key 1a2b3c4d", "loopback", "plugin NAME", "conversation ID"
  std::string what;  ///< "secret NAME", "settings llm.api_key"
  std::string how;   ///< "GET /api/settings/secrets/{name}", "command environment", "lookup"
};

/// Any thread. storage/audit_store.hpp is the one that keeps it.
class Audit {
 public:
  using Done = std::function<void(Result<void>)>;
  virtual ~Audit() = default;

  /// Notes the read and the present time, then calls `done`, from any thread: the read is on disk, or an
  /// error says why it is not. Then the secret must not be handed out. Does not block.
  virtual void record(const Read& read, Done done) = 0;
  /// The same, and waits. Not for an I/O thread, nor for one that `done` of other calls comes from.
  Result<void> record_and_wait(const Read& read);
};

/// Eight hex digits of a session key's SHA-256: tells keys apart without showing one.
std::string fingerprint(std::string_view key);

}  // namespace collet::secrets
