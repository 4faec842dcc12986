#pragma once
#include <string>

#include "base/result.hpp"
#include "process/spawner.hpp"

namespace collet::conversation {

/// Makes a conversation's working directory, and an empty git repository in it unless it lies in one already
/// (so that clients can show changes). Without git on the path there is no repository. Blocks; not for an I/O
/// thread. kInvalid: the directory cannot be made.
Result<void> prepare_workspace(const std::string& working_dir, process::Spawner& spawner);

}  // namespace collet::conversation
