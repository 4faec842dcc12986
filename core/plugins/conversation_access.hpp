// What plugins may do with conversations. Implemented where the conversations are; plugins never see more.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "events/event_log.hpp"

namespace collet::secrets {
class Masker;
}

namespace collet::plugins {

/// All methods may be called from any thread but I/O threads, and may block on the database. `id` is what a
/// plugin gave. Errors of all: kNotFound, kUnavailable.
class ConversationAccess {
 public:
  virtual ~ConversationAccess() = default;
  /// One conversation as the HTTP interface shows it, JSON text.
  virtual Result<std::string> get(const std::string& id) = 0;
  /// All ids, UUIDs with dashes.
  virtual Result<std::vector<std::string>> list() = 0;
  /// `message`: JSON text {role, content, run}. kInvalid.
  virtual Result<void> send_message(const std::string& id, const std::string& message) = 0;
  /// kConflict: it runs already.
  virtual Result<void> run(const std::string& id) = 0;
  virtual Result<void> pause(const std::string& id) = 0;

  virtual Result<std::vector<events::Event>> read(const std::string& id, std::int64_t after_seq,
                                                  int limit) = 0;
  virtual Result<std::int64_t> last_seq(const std::string& id) = 0;
  /// See EventLog::follow. `id` is set to the conversation's own form.
  virtual Result<std::shared_ptr<events::Subscription>> follow(std::string& id,
                                                               std::optional<std::int64_t> after_seq,
                                                               std::function<void()> wake) = 0;
  /// Appends an event with its kind's own members (JSON object), checked already; the event's id.
  virtual Result<std::string> append(const std::string& id, const std::string& kind,
                                     const std::string& source, const std::string& members) = 0;
  /// What hides a conversation's secrets, as they are known at each call, which never blocks. May outlive the
  /// conversation. kNotFound.
  using MaskerNow = std::function<std::shared_ptr<const secrets::Masker>()>;
  virtual Result<MaskerNow> masker_of(const std::string& id) = 0;
};

}  // namespace collet::plugins
