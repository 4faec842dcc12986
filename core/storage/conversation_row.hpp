#pragma once
#include <optional>
#include <string>

#include "base/time.hpp"

namespace collet::storage {

/// One conversation as it is stored. Secrets inside `body` are sealed by the caller.
struct ConversationRow {
  std::string id;      ///< UUID with dashes
  std::string status;  ///< execution_status: idle, running, paused, …
  Micros created_at = 0;
  Micros updated_at = 0;
  std::string body;  ///< the state document, JSON text
};

}  // namespace collet::storage
