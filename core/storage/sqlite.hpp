// What is particular to SQLite: opening a file, and moving its write-ahead log into it.
#pragma once
#include <filesystem>
#include <memory>

#include "storage/backend.hpp"
#include "storage/database.hpp"

namespace collet::storage {

/// One file with WAL journalling; its writer makes it, with mode 0600. Messages name the file and SQLite's
/// result code.
std::unique_ptr<Backend> sqlite_backend(const std::filesystem::path& file, Synchronous synchronous);

}  // namespace collet::storage
