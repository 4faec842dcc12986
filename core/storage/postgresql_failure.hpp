// Inside this folder only: what goes wrong with PostgreSQL, in our own words.
#pragma once
#include <string>
#include <string_view>

#include "storage/postgresql_url.hpp"
#include "storage/session.hpp"

namespace collet::storage {

/// What a failed statement's SQLSTATE means.
StorageError postgresql_failure(std::string_view sqlstate);

/// Why no connection can be made, found out by one more attempt: SOCI tells only in the server's language.
/// Nothing: this attempt succeeded.
Result<void> why_unreachable(const PostgresqlUrl& url);

}  // namespace collet::storage
