// What is particular to SQLite: opening a file, and moving its write-ahead log into it.
#pragma once
#include <filesystem>
#include <memory>

#include "base/result.hpp"
#include "storage/database.hpp"
#include "storage/session.hpp"

namespace collet::storage {

enum class SqliteUse { kWriter, kReader };

/// Opens (a writer also makes) a file with WAL journalling. Messages name the file and SQLite's result code.
Result<std::unique_ptr<Session>> open_sqlite(const std::filesystem::path& file, Synchronous synchronous,
                                             SqliteUse use);

/// Moves the write-ahead log into the file once it is long, as far as readers allow. The writer calls it
/// between batches; a failure is logged and tried again after the next one.
void checkpoint_sqlite(Session& writer) noexcept;

}  // namespace collet::storage
