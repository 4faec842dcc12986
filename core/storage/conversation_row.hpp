#pragma once
#include <optional>
#include <string>

#include "base/time.hpp"
#include "storage/claim.hpp"

namespace collet::storage {

/// One conversation as it is stored. Secrets inside `body` are sealed by the caller.
struct ConversationRow {
  std::string id;      ///< UUID with dashes
  std::string status;  ///< execution_status: idle, running, paused, …
  Micros created_at = 0;
  Micros updated_at = 0;
  std::string body;  ///< the state document, JSON text
  /// JSON arrays of model calls. When written: calls to add to those that are stored; empty: none. When
  /// read: each array that was added, oldest first, with a comma between them.
  std::string model_calls = {};
  /// When written: whose the stored row must be, or else nothing is written; a new row gets it. Nothing: on
  /// SQLite, where one server has all.
  std::optional<Claim> claim = {};
};

}  // namespace collet::storage
