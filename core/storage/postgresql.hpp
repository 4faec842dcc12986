// What is particular to PostgreSQL: connections that may be lost, other servers on the same database, and
// commits whose outcome has to be asked for.
#pragma once
#include <memory>
#include <string>

#include "base/result.hpp"
#include "storage/backend.hpp"
#include "storage/database.hpp"

namespace collet::storage {

/// A database of a PostgreSQL server, 13 or later, by libpq's URL. kInvalid: it is none. Connects to nothing
/// yet.
Result<std::unique_ptr<Backend>> postgresql_backend(const std::string& url, Synchronous synchronous);

}  // namespace collet::storage
