// Opens what is inside a folder, and nothing else: a path is followed by the system from directory to
// directory, never compared as a text.
#pragma once
#include <string_view>

#include "collet/unique_fd.hpp"

namespace collet::file {

enum class Links {
  kInside,  ///< symbolic links are followed as long as they stay in the folder; absolute ones don't
  kNone     ///< refused anywhere in the path
};

/// Opens `path`, relative to `folder`, as openat does with `flags` (O_CLOEXEC is added). Invalid where it
/// cannot, with the reason in errno: EXDEV: it leads out of the folder. Kernels without openat2 get the same,
/// but for symbolic links, which are then never followed (ELOOP). Any thread.
UniqueFd open_beneath(int folder, std::string_view path, int flags, Links links);

/// The way for kernels without openat2. For tests.
UniqueFd open_step_by_step(int folder, std::string_view path, int flags);

}  // namespace collet::file
