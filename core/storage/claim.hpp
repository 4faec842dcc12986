// Which server writes a conversation, where several share a database.
#pragma once
#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace collet::storage {

/// What a server has in its hand: every write of a conversation checks it against the row, in the same
/// transaction. Each taking counts the generation up, so an old one never fits again.
struct Claim {
  std::string server;  ///< its id, new with each start
  std::int64_t generation = 0;
};

/// Why a write was refused whose claim does not fit any more.
inline Error claim_lost() {
  return conflict("This conversation belongs to another server by now; nothing was stored.");
}
inline bool is_claim_lost(const Error& error) { return error.message == claim_lost().message; }

}  // namespace collet::storage
