// The key file: one line `collet-key:v1:<64 hex digits of the key>:<8 hex digits of its SHA-256>`.
#pragma once
#include <filesystem>

#include "base/result.hpp"
#include "secrets/key.hpp"

namespace collet::secrets {

/// Reads <folder>/secret.key, or makes it when there is none: whole or not at all, mode 0600, on disk when
/// this returns. A file that is damaged, unreadable or open to others is an error that names it; it is never
/// replaced.
Result<Key> read_or_make_key_file(const std::filesystem::path& folder);

}  // namespace collet::secrets
