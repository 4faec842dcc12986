// The key file: one line `collet-key:v1:<64 hex digits of the key>:<8 hex digits of its SHA-256>`.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "secrets/key.hpp"

namespace collet::secrets {

/// Reads <folder>/secret.key, or makes it when there is none: whole or not at all, mode 0600, on disk when
/// this returns. A file that is damaged, unreadable or open to others is an error that names it; it is never
/// replaced.
Result<Key> read_or_make_key_file(const std::filesystem::path& folder);

/// Nothing: there is none. Never makes one.
Result<std::optional<Key>> read_key_file(const std::filesystem::path& folder);

// A change of the key first makes the next key file, <folder>/secret.key.next, and adopts it once the
// database is sealed with it.

/// Makes the next key file, whole or not at all, in place of one that was left behind; on disk when this
/// returns.
Result<Key> make_next_key_file(const std::filesystem::path& folder);
/// Nothing: there is none.
Result<std::optional<Key>> read_next_key_file(const std::filesystem::path& folder);
/// Makes it the key file. The old one, if any, is kept as secret.key.<old_id>, with more after that where
/// another key's file has the name; returns where, or an empty path. Nothing that was kept is replaced.
Result<std::filesystem::path> adopt_next_key_file(const std::filesystem::path& folder,
                                                  const std::string& old_id);
/// Removes what make_next_key_file leaves where it is killed: keys that were never in force. Only while
/// nobody else changes the key. What can't be removed stays.
void sweep_key_drafts(const std::filesystem::path& folder);
/// Whatever it holds; also when there is none.
Result<void> drop_next_key_file(const std::filesystem::path& folder);

}  // namespace collet::secrets
