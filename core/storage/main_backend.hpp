// Inside this folder only: which database the configuration means.
#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "storage/postgresql.hpp"
#include "storage/sqlite.hpp"

namespace collet::storage {

inline std::filesystem::path main_file(const std::filesystem::path& state_dir) {
  return state_dir / "collet.sqlite3";
}

/// The main database: that of the URL, or without one the file in the state folder.
inline Result<std::unique_ptr<Backend>> main_backend(const std::filesystem::path& state_dir,
                                                     const std::string& url, Synchronous synchronous) {
  if (!url.empty()) return postgresql_backend(url, synchronous);
  return sqlite_backend(main_file(state_dir), synchronous);
}

}  // namespace collet::storage
