#pragma once
#include <cstddef>
#include <cstdint>

namespace collet::storage {

/// What a database's writer has done since it was opened.
struct WriteStats {
  std::uint64_t stored = 0, failed = 0;  ///< writes; `failed` is those that were refused at once too
  std::uint64_t commits = 0;             ///< transactions; each holds what had queued
  std::size_t waiting = 0;               ///< writes that are queued or under way
  double seconds = 0;                    ///< of all stored and failed writes, from being queued to the end
};

}  // namespace collet::storage
