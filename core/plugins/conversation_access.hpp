// What plugins may do with conversations. Implemented where the conversations are; plugins never see more.
#pragma once
#include <string>
#include <vector>

#include "base/result.hpp"

namespace collet::plugins {

/// All methods may be called from any thread but I/O threads, and may block on the database.
class ConversationAccess {
 public:
  virtual ~ConversationAccess() = default;
  /// One conversation as the HTTP interface shows it, JSON text. kNotFound.
  virtual Result<std::string> get(const std::string& id) = 0;
  /// All ids, UUIDs with dashes.
  virtual Result<std::vector<std::string>> list() = 0;
  /// `message`: JSON text {role, content, run}. kInvalid, kNotFound, kConflict.
  virtual Result<void> send_message(const std::string& id, const std::string& message) = 0;
};

}  // namespace collet::plugins
