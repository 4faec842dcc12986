// The key that the database is sealed with: opened at the start, recorded in the database, and changed.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "secrets/key_ring.hpp"
#include "storage/database.hpp"

namespace collet::server {

/// Opens the key as KeyRing::open does, and checks that it is the one that sealed the database. The first
/// time it is recorded there (by its id). Ends a change of the key that was broken off: the database decides
/// which key file counts. A wrong or missing key is kUnavailable and says so; nothing is changed then.
/// Blocks.
Result<secrets::KeyRing> open_master_key(const std::filesystem::path& state, const std::string& secret,
                                         storage::Database& database);

struct Resealed {
  std::size_t texts = 0;    ///< sealed anew
  std::size_t damaged = 0;  ///< sealed with `from`, but they don't open: left as they are
};

/// Seals everything in the database with `to` and records that, in one transaction. Nobody else may use the
/// database meanwhile. Blocks.
Result<Resealed> reseal(storage::Database& database, const secrets::KeyRing& from,
                        const secrets::KeyRing& to);

}  // namespace collet::server
