// The file in which a project keeps its hooks.
#pragma once
#include <optional>
#include <string>

namespace collet::hooks {

/// The text of `folder`/.openhands/hooks.json; nothing: there is none. At most 1 MiB of a regular file.
/// Throws Refusal: 403 where it may not be read, else 422. Blocks on the disk.
std::optional<std::string> read_hook_file(const std::string& folder);

}  // namespace collet::hooks
